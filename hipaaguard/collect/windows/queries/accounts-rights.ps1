# Whether whoever asks is an administrator of this computer, also where the rights are asleep.
$i=[Security.Principal.WindowsIdentity]::GetCurrent()
$a=@($i.Claims|Where-Object {$_.Value -eq 'S-1-5-32-544'})
[pscustomobject]@{Sid=$i.User.Value;Administrator=$a.Count -gt 0}
