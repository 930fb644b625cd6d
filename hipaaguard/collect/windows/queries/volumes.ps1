# The volumes that Windows knows, with or without a drive letter.
Get-CimInstance Win32_Volume|Select-Object 'DeviceID','Name','DriveLetter','DriveType','FileSystem','Capacity','BootVolume','SystemVolume'
