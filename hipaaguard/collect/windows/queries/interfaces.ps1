# The network interfaces: makers' descriptions, state and addresses; nothing of it is translated.
foreach($n in [Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()){
  $p=$n.GetIPProperties()
  $v=if($n.Supports('IPv4')){$p.GetIPv4Properties()}elseif($n.Supports('IPv6')){$p.GetIPv6Properties()}
  [pscustomobject]@{
    Index=$v.Index
    Id=$n.Id
    Type=[int]$n.NetworkInterfaceType
    Status=[int]$n.OperationalStatus
    Description=$n.Description
    Received=$n.GetIPStatistics().BytesReceived
    Addresses=@($p.UnicastAddresses|ForEach-Object {"$($_.Address)"})
    Dns=@($p.DnsAddresses|ForEach-Object {"$_"})
  }
}
