# Whether the account for guests is switched on; it has the same number on every Windows.
Get-CimInstance Win32_UserAccount -Filter "LocalAccount=TRUE AND SID LIKE '%-501'"|Select-Object Disabled
