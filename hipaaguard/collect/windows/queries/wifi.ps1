# How Wi-Fi links are protected, in numbers; no name of a network is asked for.
$t=[type]'Windows.Networking.Connectivity.NetworkInformation,Windows.Networking.Connectivity,ContentType=WindowsRuntime'
foreach($p in $t::GetConnectionProfiles()){
  if($p.IsWlanConnectionProfile){[pscustomobject]@{
    Level=[int]$p.GetNetworkConnectivityLevel()
    Interface=[string]$p.NetworkAdapter.NetworkAdapterId
    Authentication=[int]$p.NetworkSecuritySettings.NetworkAuthenticationType
    Encryption=[int]$p.NetworkSecuritySettings.NetworkEncryptionType
  }}
}
