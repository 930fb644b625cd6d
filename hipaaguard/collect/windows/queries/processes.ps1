# The programs that run: numbers and names, without arguments.
Get-Process|Select-Object 'Id','Name'
