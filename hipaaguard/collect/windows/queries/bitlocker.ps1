# BitLocker's state of each volume, by its methods: what it shows as properties can be out of date.
foreach($v in Get-CimInstance -Namespace root/CIMV2/Security/MicrosoftVolumeEncryption Win32_EncryptableVolume){
  $p=Invoke-CimMethod $v GetProtectionStatus
  $c=Invoke-CimMethod $v GetConversionStatus
  $l=Invoke-CimMethod $v GetLockStatus
  $k=Invoke-CimMethod $v GetKeyProtectors -Arguments @{KeyProtectorType=[uint32]0}
  [pscustomobject]@{
    DeviceID=$v.DeviceID
    Protection=if($p.ReturnValue -eq 0){$p.ProtectionStatus}
    Conversion=if($c.ReturnValue -eq 0){$c.ConversionStatus}
    Lock=if($l.ReturnValue -eq 0){$l.LockStatus}
    Protectors=if($k.ReturnValue -eq 0){@($k.VolumeKeyProtectorID|Where-Object {$_}|ForEach-Object {(Invoke-CimMethod $v GetKeyProtectorType -Arguments @{VolumeKeyProtectorID=$_}).KeyProtectorType})}
  }
}
