# What Windows adds to the cost of routes through each interface, and whether it is connected.
Get-NetIPInterface -PolicyStore ActiveStore|ForEach-Object {[pscustomobject]@{
  Index=$_.InterfaceIndex
  Family=[int]$_.AddressFamily
  Metric=[int]$_.InterfaceMetric
  State=[int]$_.ConnectionState
}}
