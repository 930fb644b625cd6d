# The UDP ports in use, and the numbers of their processes.
Get-NetUDPEndpoint|Select-Object 'LocalAddress','LocalPort','OwningProcess'
