# By which interface Windows would send to some public addresses; nothing is sent.
foreach($a in '20.200.100.50','52.200.100.50','84.200.100.50','116.200.100.50','148.200.100.50','180.200.100.50','212.200.100.50','2001:5000::1','2600:1000::1','2a00:1000::1'){
  $r=@(Find-NetRoute -RemoteIPAddress $a -ErrorAction SilentlyContinue)[0]
  [pscustomobject]@{To=$a;Index=$r.InterfaceIndex}
}
