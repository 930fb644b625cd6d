# The last installations of updates: when, how they ended, and of which categories they were.
$s=(New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$n=$s.GetTotalHistoryCount()
if($n -gt 300){$n=300}
if($n -gt 0){
foreach($h in $s.QueryHistory(0,$n)){
[pscustomobject]@{
At=([datetime]$h.Date).ToString('s')
Operation=[int]$h.Operation
Result=[int]$h.ResultCode
Categories=@($h.Categories|ForEach-Object {$_.CategoryID})
}}}
