# As what each network counts that is connected: 0 public, 1 private, 2 a domain's.
Get-NetConnectionProfile|ForEach-Object {[pscustomobject]@{Category=[int]$_.NetworkCategory}}
