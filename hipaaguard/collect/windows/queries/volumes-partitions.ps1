# What kind each partition is, and what its disk hangs on; of a disk in a file, where that lies.
$n='root/Microsoft/Windows/Storage'
$d=Get-CimInstance -Namespace $n MSFT_Disk
foreach($p in Get-CimInstance -Namespace $n MSFT_Partition){
  $k=@($d|Where-Object {$_.Number -eq $p.DiskNumber})[0]
  [pscustomobject]@{
    Paths=@($p.AccessPaths)
    Gpt=$p.GptType
    Mbr=$p.MbrType
    Bus=$k.BusType
    File=$(if($k.BusType -eq 15){$k.Location -replace '\\.*'})
  }
}
