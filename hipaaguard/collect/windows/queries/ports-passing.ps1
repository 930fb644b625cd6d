# The UDP ports that Windows hands out to programs that only ask.
Get-NetUDPSetting|Select-Object 'DynamicPortRangeStartPort','DynamicPortRangeNumberOfPorts'
