# What the Update Agent is told to do, and when it last searched with success.
$a=New-Object -ComObject Microsoft.Update.AutoUpdate
$d=$a.Results.LastSearchSuccessDate
$t=''
if($d){$t=([datetime]$d).ToString('s')}
[pscustomobject]@{Level=[int]$a.Settings.NotificationLevel;Searched=$t}
