# The page files in use.
Get-CimInstance Win32_PageFileUsage|Select-Object Name
