# BitLocker's state of each volume, by its methods: what it shows as properties can be out of date.
foreach($v in Get-CimInstance -Namespace root/CIMV2/Security/MicrosoftVolumeEncryption Win32_EncryptableVolume){
  $p=Invoke-CimMethod $v -MethodName GetProtectionStatus
  $c=Invoke-CimMethod $v -MethodName GetConversionStatus
  $k=Invoke-CimMethod $v -MethodName GetKeyProtectors -Arguments @{KeyProtectorType=[uint32]0}
  $t=foreach($i in $k.VolumeKeyProtectorID){if($i){Invoke-CimMethod $v -MethodName GetKeyProtectorType -Arguments @{VolumeKeyProtectorID=$i}}}
  [pscustomobject]@{
    DeviceID=$v.DeviceID
    Protection=$(if($p.ReturnValue -eq 0){$p.ProtectionStatus})
    Conversion=$(if($c.ReturnValue -eq 0){$c.ConversionStatus})
    Protectors=$(if($k.ReturnValue -eq 0){,@($t|ForEach-Object {$_.KeyProtectorType})})
  }
}
