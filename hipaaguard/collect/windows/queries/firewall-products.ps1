# The firewalls of other makers that have registered with Windows Security.
Get-CimInstance -Namespace root/SecurityCenter2 FirewallProduct|Select-Object 'displayName','productState'
