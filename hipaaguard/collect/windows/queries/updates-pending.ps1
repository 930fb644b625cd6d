# What waits to be installed, as the last search found it; nothing is searched for anew.
$searcher=(New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$searcher.Online=$false
foreach($u in $searcher.Search('IsInstalled=0').Updates){
[pscustomobject]@{
Type=[int]$u.Type
Optional=[bool]$u.BrowseOnly
Severity=[string]$u.MsrcSeverity
Categories=@($u.Categories|ForEach-Object {$_.CategoryID})
}}
