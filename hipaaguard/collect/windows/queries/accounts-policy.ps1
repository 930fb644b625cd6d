# What is asked of passwords here.
$c=[ADSI]"WinNT://$env:COMPUTERNAME,computer"
[pscustomobject]@{Lockout=[int]$c.MaxBadPasswordsAllowed.Value;Length=[int]$c.MinPasswordLength.Value}
