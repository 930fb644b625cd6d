# The TCP ports that wait, and the numbers of their processes.
Get-NetTCPConnection -State Listen|Select-Object 'LocalAddress','LocalPort','OwningProcess'
