# The routes in use.
Get-NetRoute -PolicyStore ActiveStore|Select-Object 'DestinationPrefix','NextHop','InterfaceIndex','RouteMetric'
