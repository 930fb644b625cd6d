# Whether the services that filter run: 4 is running.
Get-Service 'mpssvc','BFE'|ForEach-Object {[pscustomobject]@{Name=$_.Name;Status=[int]$_.Status}}
