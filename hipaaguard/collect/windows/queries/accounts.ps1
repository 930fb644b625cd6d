# The accounts of this computer, by identifier; none by name.
Get-CimInstance Win32_UserAccount -Filter 'LocalAccount=True'|Select-Object 'SID','Disabled','Lockout'
