# What Windows shows of BitLocker on each drive's icon; needs no rights, and can hang.
$s=New-Object -ComObject Shell.Application
foreach($v in Get-CimInstance Win32_Volume -Filter 'DriveLetter IS NOT NULL AND DriveType<>5'){
  $n="$($v.DriveLetter)\"
  $i=$s.NameSpace($n).Self
  if(!$i){$i=$s.NameSpace(17).ParseName($n)}
  [pscustomobject]@{
    Drive=$v.DriveLetter
    Protection=$(if($i){$i.ExtendedProperty('System.Volume.BitLockerProtection')})
  }
}
