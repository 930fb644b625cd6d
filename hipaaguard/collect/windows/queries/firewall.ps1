# What is in force in the three profiles: names of an enumeration, which are English everywhere.
Get-NetFirewallProfile -PolicyStore ActiveStore|ForEach-Object {[pscustomobject]@{
  Name=$_.Name
  Enabled="$($_.Enabled)"
  Inbound="$($_.DefaultInboundAction)"
  Rules="$($_.AllowInboundRules)"
  Local="$($_.AllowLocalFirewallRules)"
  Without=@($_.DisabledInterfaceAliases|Where-Object {$_ -and $_ -ne 'NotConfigured'}).Count
}}
