# The proof of a Windows package, as prove.py does it for Linux as far as Windows has the means: the folder is copied to a
# path with spaces and umlauts, PATH holds nothing but Windows, and the firewall lets the programs nowhere.
# Not yet run.
param([Parameter(Mandatory)][string]$Folder)
$ErrorActionPreference = "Stop"

$place = Join-Path $env:RUNNER_TEMP "Prüfung Halle 3"
$data = Join-Path $env:RUNNER_TEMP "Daten für Prüfung"
New-Item -ItemType Directory -Force $place, $data | Out-Null
Copy-Item -Recurse $Folder (Join-Path $place "inspector-station")
$inspector = Join-Path $place "inspector-station\inspector.exe"
$trainer = Join-Path $place "inspector-station\trainer.exe"

# pictures and a backbone of random weights are made while there still is a Python
python .ci/package/pictures.py (Join-Path $data "in")

$env:PATH = "$env:SystemRoot\System32;$env:SystemRoot"
Remove-Item Env:PYTHONPATH, Env:PYTHONHOME -ErrorAction SilentlyContinue
foreach ($program in $inspector, $trainer) {
    New-NetFirewallRule -DisplayName "proof $program" -Direction Outbound -Action Block -Program $program | Out-Null
}

function Invoke-Program([string]$program, [string[]]$arguments, [int]$expected = 0) {
    & $program @arguments
    if ($LASTEXITCODE -ne $expected) { throw "$program $arguments ended with $LASTEXITCODE, not $expected" }
}

Invoke-Program $inspector @("doctor", "--home", $data)

# the window: inspects the demo line, a second one raises it, it closes in good order
$window = Start-Process $inspector -PassThru -ArgumentList "run", "--source", "demo:", "--home", "`"$data`""
$deadline = (Get-Date).AddSeconds(120)
do {
    if ((Get-Date) -gt $deadline) { throw "no part within two minutes" }
    Start-Sleep -Milliseconds 500
    $summary = & $inspector log summary --json --home $data 2>$null | ConvertFrom-Json
} until ($LASTEXITCODE -eq 0 -and $summary.inspected -ge 8)
Invoke-Program $inspector @("--home", $data)
if ($window.HasExited) { throw "the second window has ended the first" }
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
$bounds = [System.Windows.Forms.Screen]::PrimaryScreen.Bounds
$picture = New-Object System.Drawing.Bitmap $bounds.Width, $bounds.Height
[System.Drawing.Graphics]::FromImage($picture).CopyFromScreen($bounds.Location, [System.Drawing.Point]::Empty, $bounds.Size)
$picture.Save("build/package/window-windows.png")
$window.CloseMainWindow() | Out-Null
if (-not $window.WaitForExit(15000)) { throw "the window does not close" }

Invoke-Program $inspector @("batch", (Join-Path $data "in\all"), "--model", "demo", "--home", $data)
if (Test-Path $trainer) {
    $model = Join-Path $data "models\new"
    Invoke-Program $trainer @("fit", (Join-Path $data "in\set"), "--out", $model, "--method", "head", "--weights", (Join-Path $data "in\backbone.npz"))
    Invoke-Program $inspector @("model", "verify", $model)
}

# the data of a newer program are refused
$newer = New-Item -ItemType Directory (Join-Path $data "newer")
'{"data": 99, "program": "9.0.0"}' | Set-Content (Join-Path $newer "version.json")
Invoke-Program $inspector @("recipe", "list", "--home", $newer) 1
"the package is proven"
