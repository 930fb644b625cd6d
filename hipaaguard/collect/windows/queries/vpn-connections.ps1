# The VPN connections of Windows itself, with the interface that each has while it is up.
$all=[Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()
foreach($c in @(Get-VpnConnection)+@(Get-VpnConnection -AllUserConnection)){
  $n=$c.Name
  [pscustomobject]@{Type=[string]$c.TunnelType;Id=@($all|Where-Object {$_.Name -eq $n})[0].Id}
}
