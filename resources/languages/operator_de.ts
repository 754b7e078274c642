<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>operator</name>
    <message>
        <source>&amp;D   Type not named</source>
        <translation>&amp;D   Art nicht benannt</translation>
    </message>
    <message>
        <source>&amp;N   New type…</source>
        <translation>&amp;N   Neue Art…</translation>
    </message>
    <message>
        <source>1 part</source>
        <translation>1 Teil</translation>
    </message>
    <message>
        <source>2026-01-31 or 2026-01-31 14:00</source>
        <translation>2026-01-31 oder 2026-01-31 14:00</translation>
    </message>
    <message>
        <source>A device did not answer while the line was stopped</source>
        <translation>Ein Gerät hat beim Anhalten der Linie nicht geantwortet</translation>
    </message>
    <message>
        <source>A new type of defect</source>
        <translation>Eine neue Fehlerart</translation>
    </message>
    <message>
        <source>A recipe is left aside: {s}</source>
        <translation>Ein Rezept wird nicht verwendet: {s}</translation>
    </message>
    <message>
        <source>ALL RECIPES SINCE {t}</source>
        <translation>ALLE REZEPTE SEIT {t}</translation>
    </message>
    <message>
        <source>Acknowledge (F8)</source>
        <translation>Quittieren (F8)</translation>
    </message>
    <message>
        <source>Acknowledge, and press Start on Live (F5)</source>
        <translation>Quittieren und auf „Live“ Start drücken (F5)</translation>
    </message>
    <message>
        <source>Acknowledging an alarm</source>
        <translation>Alarm quittieren</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>Administrator</translation>
    </message>
    <message>
        <source>All pages (F12)</source>
        <translation>Alle Seiten (F12)</translation>
    </message>
    <message>
        <source>An administrator can add a user</source>
        <translation>Ein Administrator kann einen Benutzer hinzufügen</translation>
    </message>
    <message>
        <source>Answer it, and scan once more</source>
        <translation>Beantworten und noch einmal scannen</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Apply to the running line?</source>
        <translation>Auf die laufende Linie anwenden?</translation>
    </message>
    <message>
        <source>As a page, a PDF, JSON and a table, into the data folder</source>
        <translation>Als Seite, PDF, JSON und Tabelle in den Datenordner</translation>
    </message>
    <message>
        <source>At its end the line goes on with what was set up</source>
        <translation>Am Ende läuft die Linie mit dem Eingerichteten weiter</translation>
    </message>
    <message>
        <source>At most {n} characters; what came after them is left out</source>
        <translation>Höchstens {n} Zeichen; was danach kam, fehlt</translation>
    </message>
    <message>
        <source>BLIND</source>
        <translation>VERDECKT</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Before that: capture → trigger</source>
        <translation>Davor: Aufnahme → Trigger</translation>
    </message>
    <message>
        <source>Begin the challenge</source>
        <translation>Freigabeprüfung beginnen</translation>
    </message>
    <message>
        <source>By the record, this recipe or its model needs a challenge before parts are inspected</source>
        <translation>Laut Aufzeichnung braucht dieses Rezept oder sein Modell eine Freigabeprüfung, bevor Teile geprüft werden</translation>
    </message>
    <message>
        <source>Call the engineer</source>
        <translation>Techniker rufen</translation>
    </message>
    <message>
        <source>Capture a part by hand (space bar)</source>
        <translation>Ein Teil von Hand aufnehmen (Leertaste)</translation>
    </message>
    <message>
        <source>Capture the part that lies there (space bar)</source>
        <translation>Das Teil aufnehmen, das daliegt (Leertaste)</translation>
    </message>
    <message>
        <source>Change it</source>
        <translation>Wechseln</translation>
    </message>
    <message>
        <source>Change the recipe of the running line?</source>
        <translation>Rezept der laufenden Linie wechseln?</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>Changing a recipe</source>
        <translation>Rezept ändern</translation>
    </message>
    <message>
        <source>Changing settings</source>
        <translation>Einstellungen ändern</translation>
    </message>
    <message>
        <source>Changing thresholds</source>
        <translation>Schwellen ändern</translation>
    </message>
    <message>
        <source>Changing users</source>
        <translation>Benutzer ändern</translation>
    </message>
    <message>
        <source>Check its cable and power</source>
        <translation>Kabel und Stromversorgung prüfen</translation>
    </message>
    <message>
        <source>Check its cable, power and network</source>
        <translation>Kabel, Stromversorgung und Netzwerk prüfen</translation>
    </message>
    <message>
        <source>Check the disk and its connection</source>
        <translation>Datenträger und Verbindung prüfen</translation>
    </message>
    <message>
        <source>Check the path</source>
        <translation>Pfad prüfen</translation>
    </message>
    <message>
        <source>Check the path, or connect the network share</source>
        <translation>Pfad prüfen oder Netzlaufwerk verbinden</translation>
    </message>
    <message>
        <source>Checking the record and writing the report…</source>
        <translation>Aufzeichnung wird geprüft, Bericht wird geschrieben…</translation>
    </message>
    <message>
        <source>Choose one above</source>
        <translation>Oben eines wählen</translation>
    </message>
    <message>
        <source>Choose one above, or make one in Settings</source>
        <translation>Oben eines wählen oder in den Einstellungen anlegen</translation>
    </message>
    <message>
        <source>Choosing a recipe</source>
        <translation>Rezept wählen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close other programs</source>
        <translation>Andere Programme schließen</translation>
    </message>
    <message>
        <source>Close other programs, or use a smaller model</source>
        <translation>Andere Programme schließen oder ein kleineres Modell verwenden</translation>
    </message>
    <message>
        <source>Close while the line runs?</source>
        <translation>Schließen, während die Linie läuft?</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Wird verglichen…</translation>
    </message>
    <message>
        <source>Connecting {t} ({t2})</source>
        <translation>Verbindung zu {t} wird aufgebaut ({t2})</translation>
    </message>
    <message>
        <source>Connecting {t} and loading the model ({t2})</source>
        <translation>Verbindung zu {t} wird aufgebaut, Modell wird geladen ({t2})</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Defective</source>
        <translation>Fehlerhaft</translation>
    </message>
    <message>
        <source>Delete the last</source>
        <translation>Letztes löschen</translation>
    </message>
    <message>
        <source>Dismiss the trial picture (Esc)</source>
        <translation>Versuchsbild schließen (Esc)</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Dismiss this picture (Esc)</source>
        <translation>Dieses Bild schließen (Esc)</translation>
    </message>
    <message>
        <source>Drawing the picture</source>
        <translation>Bild wird aufgebaut</translation>
    </message>
    <message>
        <source>Drop JPEG, PNG, BMP, TIFF or WebP files</source>
        <translation>JPEG-, PNG-, BMP-, TIFF- oder WebP-Dateien ablegen</translation>
    </message>
    <message>
        <source>END OF SOURCE</source>
        <translation>QUELLE BEENDET</translation>
    </message>
    <message>
        <source>ERROR</source>
        <translation>NICHT GEPRÜFT</translation>
    </message>
    <message>
        <source>ERROR at {t}</source>
        <translation>NICHT GEPRÜFT um {t}</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>End the lot</source>
        <translation>Los beenden</translation>
    </message>
    <message>
        <source>End the lot: parts from now on have none, and its report is written</source>
        <translation>Los beenden: Teile haben ab jetzt keines, sein Bericht wird geschrieben</translation>
    </message>
    <message>
        <source>End this lot</source>
        <translation>Dieses Los beenden</translation>
    </message>
    <message>
        <source>Engineer</source>
        <translation>Techniker</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Englisch</translation>
    </message>
    <message>
        <source>Entering a lot</source>
        <translation>Los eingeben</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Ungeprüft</translation>
    </message>
    <message>
        <source>Every part is in the log</source>
        <translation>Alle Teile stehen im Protokoll</translation>
    </message>
    <message>
        <source>Every part is recorded: press Start (F5) for the next run</source>
        <translation>Alle Teile sind aufgezeichnet: Start (F5) für den nächsten Lauf</translation>
    </message>
    <message>
        <source>Everything judged so far is in the log</source>
        <translation>Alles bisher Geprüfte steht im Protokoll</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>FAIL</source>
        <translation>NIO</translation>
    </message>
    <message>
        <source>FAIL at {t}</source>
        <translation>NIO um {t}</translation>
    </message>
    <message>
        <source>Fail</source>
        <translation>n.i.O.</translation>
    </message>
    <message>
        <source>Figures (I)</source>
        <translation>Zahlen (I)</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Find a lot</source>
        <translation>Los suchen</translation>
    </message>
    <message>
        <source>Find a part</source>
        <translation>Teil suchen</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>From then on an operator acts until somebody signs in</source>
        <translation>Danach handelt ein Bediener, bis sich jemand anmeldet</translation>
    </message>
    <message>
        <source>Giving a recipe another model</source>
        <translation>Einem Rezept ein anderes Modell geben</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>Gut</translation>
    </message>
    <message>
        <source>Grad-CAM</source>
        <translation>Grad-CAM</translation>
    </message>
    <message>
        <source>HELD · {s} · PART {n} · {t}</source>
        <translation>GEHALTEN · {s} · TEIL {n} · {t}</translation>
    </message>
    <message>
        <source>Tell the engineer what it says, then acknowledge (F8): Statistics shows it in pictures</source>
        <translation>Dem Ingenieur sagen, was dort steht, dann quittieren (F8): „Statistik“ zeigt es in Bildern</translation>
    </message>
    <message>
        <source>Have the last parts looked at on Review, then acknowledge (F8)</source>
        <translation>Die letzten Teile in „Nachprüfung“ ansehen lassen, dann quittieren (F8)</translation>
    </message>
    <message>
        <source>Heatmap: always</source>
        <translation>Heatmap: immer</translation>
    </message>
    <message>
        <source>Heatmap: never</source>
        <translation>Heatmap: nie</translation>
    </message>
    <message>
        <source>Heatmap: on failures</source>
        <translation>Heatmap: bei NIO</translation>
    </message>
    <message>
        <source>Heatmap: on failures and reviews, always, or never (H)</source>
        <translation>Heatmap: bei NIO und Nachprüfen, immer oder nie (H)</translation>
    </message>
    <message>
        <source>Heatmap: {s}</source>
        <translation>Heatmap: {s}</translation>
    </message>
    <message>
        <source>Held · part {n} · {t}</source>
        <translation>Gehalten · Teil {n} · {t}</translation>
    </message>
    <message>
        <source>Hold the belt and call the engineer: results cannot be stored</source>
        <translation>Band anhalten und Techniker rufen: Ergebnisse können nicht gespeichert werden</translation>
    </message>
    <message>
        <source>How unlike good parts it looks</source>
        <translation>Wie fremd es gegenüber guten Teilen aussieht</translation>
    </message>
    <message>
        <source>If it comes back, call the engineer</source>
        <translation>Kommt es wieder, Techniker rufen</translation>
    </message>
    <message>
        <source>If it stays so, an engineer must look at light, model and thresholds, or replace the part</source>
        <translation>Bleibt es so, muss ein Techniker Licht, Modell und Schwellen prüfen oder das Teil ersetzen</translation>
    </message>
    <message>
        <source>If it stays so, defects pass: an engineer must look at light, model and thresholds</source>
        <translation>Bleibt es so, laufen Fehler durch: ein Techniker muss Licht, Modell und Schwellen prüfen</translation>
    </message>
    <message>
        <source>If it stays so, the part may be damaged: an engineer may replace it, or must look at the model</source>
        <translation>Bleibt es so, ist das Teil womöglich beschädigt: ein Techniker kann es ersetzen oder muss das Modell prüfen</translation>
    </message>
    <message>
        <source>Inspect a picture on the spot; it is not counted (Ctrl+O)</source>
        <translation>Ein Bild sofort prüfen; es wird nicht gezählt (Strg+O)</translation>
    </message>
    <message>
        <source>Inspect them again</source>
        <translation>Erneut prüfen</translation>
    </message>
    <message>
        <source>Inspected</source>
        <translation>Geprüft</translation>
    </message>
    <message>
        <source>Install one, on Debian and Ubuntu the package fonts-noto-cjk</source>
        <translation>Eine installieren, unter Debian und Ubuntu das Paket fonts-noto-cjk</translation>
    </message>
    <message>
        <source>It cannot be read</source>
        <translation>Es kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>It counts from the next time on</source>
        <translation>Es gilt ab dem nächsten Mal</translation>
    </message>
    <message>
        <source>It gets a new version; the versions before it are kept</source>
        <translation>Es erhält eine neue Version; die früheren bleiben erhalten</translation>
    </message>
    <message>
        <source>It has come to its end</source>
        <translation>Sie ist zu Ende</translation>
    </message>
    <message>
        <source>It is being opened</source>
        <translation>Sie wird geöffnet</translation>
    </message>
    <message>
        <source>It is not rolled back by itself</source>
        <translation>Es wird nicht selbsttätig zurückgesetzt</translation>
    </message>
    <message>
        <source>It is offered by number from now on, and is a class of its own for training</source>
        <translation>Sie wird ab jetzt mit Nummer angeboten und ist beim Training eine eigene Klasse</translation>
    </message>
    <message>
        <source>It is opened again by itself</source>
        <translation>Es wird von selbst wieder geöffnet</translation>
    </message>
    <message>
        <source>It is tried again</source>
        <translation>Es wird erneut versucht</translation>
    </message>
    <message>
        <source>It is watched for new pictures</source>
        <translation>Sie wird auf neue Bilder überwacht</translation>
    </message>
    <message>
        <source>Its picture is on Review</source>
        <translation>Sein Bild steht in „Nachprüfung“</translation>
    </message>
    <message>
        <source>Its pictures arrive</source>
        <translation>Ihre Bilder treffen ein</translation>
    </message>
    <message>
        <source>Judge the part first</source>
        <translation>Das Teil zuerst beurteilen</translation>
    </message>
    <message>
        <source>Judge the pictures of the parts instead</source>
        <translation>Stattdessen die Bilder der Teile prüfen</translation>
    </message>
    <message>
        <source>Judging parts</source>
        <translation>Teile beurteilen</translation>
    </message>
    <message>
        <source>Keep the PIN: without it, the owner of this computer's account has to set another one</source>
        <translation>PIN gut aufbewahren: ohne sie muss der Eigentümer des Rechnerkontos eine andere setzen</translation>
    </message>
    <message>
        <source>Keeping the picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>Kept picture of the part</source>
        <translation>Gespeichertes Bild des Teils</translation>
    </message>
    <message>
        <source>Keys came as fast as a scanner's, without Enter or Tab after them: they were not used</source>
        <translation>Tasten kamen so schnell wie von einem Scanner, aber ohne Eingabe- oder Tabulatortaste: nicht verwendet</translation>
    </message>
    <message>
        <source>LAST FAILURES AND REVIEWS</source>
        <translation>LETZTE NIO UND UNKLARE</translation>
    </message>
    <message>
        <source>LAST PART</source>
        <translation>LETZTES TEIL</translation>
    </message>
    <message>
        <source>LINE FAULT</source>
        <translation>STÖRUNG</translation>
    </message>
    <message>
        <source>LOT WITHOUT NUMBER</source>
        <translation>LOS OHNE NUMMER</translation>
    </message>
    <message>
        <source>LOT {t}</source>
        <translation>LOS {t}</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Last failure</source>
        <translation>Letzter Fehler</translation>
    </message>
    <message>
        <source>Last failure · part {n} · {t}</source>
        <translation>Letzter Fehler · Teil {n} · {t}</translation>
    </message>
    <message>
        <source>Learn that the part is defective; once more takes it back</source>
        <translation>Lernen, dass das Teil fehlerhaft ist; noch einmal nimmt es zurück</translation>
    </message>
    <message>
        <source>Learn that the part is good; once more takes it back</source>
        <translation>Lernen, dass das Teil gut ist; noch einmal nimmt es zurück</translation>
    </message>
    <message>
        <source>Learning the empty belt: let it run without parts</source>
        <translation>Das leere Band wird gelernt: ohne Teile laufen lassen</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Verlassen</translation>
    </message>
    <message>
        <source>Leave the challenge; the station stays as it was</source>
        <translation>Freigabeprüfung verlassen; die Station bleibt, wie sie war</translation>
    </message>
    <message>
        <source>Leave the kiosk</source>
        <translation>Kiosk verlassen</translation>
    </message>
    <message>
        <source>Leaving the kiosk</source>
        <translation>Kiosk verlassen</translation>
    </message>
    <message>
        <source>Lens or lamp changed…</source>
        <translation>Objektiv oder Beleuchtung geändert…</translation>
    </message>
    <message>
        <source>Let the belt run empty; take out what passes till then</source>
        <translation>Band leer laufen lassen; was bis dahin kommt, herausnehmen</translation>
    </message>
    <message>
        <source>Let the scanner end each code with Enter</source>
        <translation>Den Scanner jeden Code mit der Eingabetaste abschließen lassen</translation>
    </message>
    <message>
        <source>Let this recipe run without a challenge; an engineer may</source>
        <translation>Dieses Rezept ohne Freigabeprüfung laufen lassen; ein Techniker darf das</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Live (F12)</source>
        <translation>Live (F12)</translation>
    </message>
    <message>
        <source>Loading the model: parts are not inspected yet</source>
        <translation>Modell wird geladen: Teile werden noch nicht geprüft</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Look at it in Review</source>
        <translation>In „Nachprüfung“ ansehen</translation>
    </message>
    <message>
        <source>Look at the camera's cable and the lamp, and restart a camera whose picture stands still</source>
        <translation>Kamerakabel und Beleuchtung prüfen; eine Kamera mit stehendem Bild neu starten</translation>
    </message>
    <message>
        <source>Look at the last parts, then acknowledge (F8)</source>
        <translation>Die letzten Teile ansehen, dann quittieren (F8)</translation>
    </message>
    <message>
        <source>Look at the part, then acknowledge it</source>
        <translation>Das Teil ansehen, dann quittieren</translation>
    </message>
    <message>
        <source>Look whether the folder or stream that sends the pictures can be reached</source>
        <translation>Prüfen, ob Ordner oder Datenstrom mit den Bildern erreichbar ist</translation>
    </message>
    <message>
        <source>Look whether this part was shown, and lay as it should</source>
        <translation>Prüfen, ob dieses Teil gezeigt wurde und richtig lag</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Suche läuft…</translation>
    </message>
    <message>
        <source>Lot</source>
        <translation>Los</translation>
    </message>
    <message>
        <source>Lot number</source>
        <translation>Losnummer</translation>
    </message>
    <message>
        <source>Lot {t}</source>
        <translation>Los {t}</translation>
    </message>
    <message>
        <source>Lot {t} has ended: 1 part</source>
        <translation>Los {t} ist beendet: 1 Teil</translation>
    </message>
    <message>
        <source>Lot {t} has ended: 1 part, first-pass yield {n2} % ({n3} to {n4} %)</source>
        <translation>Los {t} ist beendet: 1 Teil, Erstausbeute {n2} % ({n3} bis {n4} %)</translation>
    </message>
    <message>
        <source>Lot {t} has ended: {n} parts</source>
        <translation>Los {t} ist beendet: {n} Teile</translation>
    </message>
    <message>
        <source>Lot {t} has ended: {n} parts, first-pass yield {n2} % ({n3} to {n4} %)</source>
        <translation>Los {t} ist beendet: {n} Teile, Erstausbeute {n2} % ({n3} bis {n4} %)</translation>
    </message>
    <message>
        <source>Lot {t} is in force</source>
        <translation>Los {t} ist gültig</translation>
    </message>
    <message>
        <source>Lots</source>
        <translation>Lose</translation>
    </message>
    <message>
        <source>Lots, that with the newest part first</source>
        <translation>Lose, das mit dem neuesten Teil zuerst</translation>
    </message>
    <message>
        <source>MODEL</source>
        <translation>MODELL</translation>
    </message>
    <message>
        <source>Mend the cause, acknowledge (F8), then press Start (F5)</source>
        <translation>Ursache beheben, quittieren (F8), dann Start (F5) drücken</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model {t} ({t2})</source>
        <translation>Modell {t} ({t2})</translation>
    </message>
    <message>
        <source>Mute (F9)</source>
        <translation>Stumm (F9)</translation>
    </message>
    <message>
        <source>Muted till {t} (F9)</source>
        <translation>Stumm bis {t} (F9)</translation>
    </message>
    <message>
        <source>NO CAMERA</source>
        <translation>KEINE KAMERA</translation>
    </message>
    <message>
        <source>NO PART</source>
        <translation>KEIN TEIL</translation>
    </message>
    <message>
        <source>NO PART YET IN THIS RUN</source>
        <translation>IN DIESEM LAUF NOCH KEIN TEIL</translation>
    </message>
    <message>
        <source>NO SOURCE</source>
        <translation>KEINE QUELLE</translation>
    </message>
    <message>
        <source>NOT RECORDED</source>
        <translation>NICHT ERFASST</translation>
    </message>
    <message>
        <source>NOT RELEASED</source>
        <translation>KEINE FREIGABE</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name of the type</source>
        <translation>Name der Fehlerart</translation>
    </message>
    <message>
        <source>Name, as it stands in records</source>
        <translation>Name, wie er in Aufzeichnungen steht</translation>
    </message>
    <message>
        <source>Network and heatmap</source>
        <translation>Netz und Heatmap</translation>
    </message>
    <message>
        <source>No code can be scanned: {s}</source>
        <translation>Es kann kein Code gescannt werden: {s}</translation>
    </message>
    <message>
        <source>No log</source>
        <translation>Kein Protokoll</translation>
    </message>
    <message>
        <source>No log is open: nothing can be recorded</source>
        <translation>Kein Protokoll ist geöffnet: nichts kann aufgezeichnet werden</translation>
    </message>
    <message>
        <source>No lot</source>
        <translation>Kein Los</translation>
    </message>
    <message>
        <source>No lot is called like that</source>
        <translation>Kein Los heißt so</translation>
    </message>
    <message>
        <source>No lot is in force</source>
        <translation>Kein Los ist gültig</translation>
    </message>
    <message>
        <source>No model was loaded</source>
        <translation>Kein Modell war geladen</translation>
    </message>
    <message>
        <source>No part for a minute, or none yet</source>
        <translation>Seit einer Minute kein Teil, oder noch keines</translation>
    </message>
    <message>
        <source>No part has a lot yet</source>
        <translation>Noch kein Teil hat ein Los</translation>
    </message>
    <message>
        <source>No part has come for the code “{t}”: “{t2}” takes its place</source>
        <translation>Zum Code „{t}“ kam kein Teil: „{t2}“ tritt an seine Stelle</translation>
    </message>
    <message>
        <source>No part has failed in this shift</source>
        <translation>In dieser Schicht kein fehlerhaftes Teil</translation>
    </message>
    <message>
        <source>No part in the last hour</source>
        <translation>Kein Teil in der letzten Stunde</translation>
    </message>
    <message>
        <source>No part is captured by hand till then</source>
        <translation>Bis dahin wird kein Teil von Hand aufgenommen</translation>
    </message>
    <message>
        <source>No part of the record fits</source>
        <translation>Kein Teil der Aufzeichnung passt</translation>
    </message>
    <message>
        <source>No part yet</source>
        <translation>Noch kein Teil</translation>
    </message>
    <message>
        <source>No picture for {n} s: parts are not seen</source>
        <translation>Seit {n} s kein Bild: Teile werden nicht gesehen</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>Kein Bild von der Kamera</translation>
    </message>
    <message>
        <source>No picture from the source</source>
        <translation>Kein Bild von der Bildquelle</translation>
    </message>
    <message>
        <source>No picture was kept</source>
        <translation>Kein Bild gespeichert</translation>
    </message>
    <message>
        <source>No picture was kept of this part</source>
        <translation>Von diesem Teil wurde kein Bild gespeichert</translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation>Noch kein Bild</translation>
    </message>
    <message>
        <source>No report of this lot is shown yet</source>
        <translation>Noch kein Bericht dieses Loses</translation>
    </message>
    <message>
        <source>No recipe has the code “{t}”</source>
        <translation>Kein Rezept hat den Code „{t}“</translation>
    </message>
    <message>
        <source>No sound for {n} minutes; what is new is heard all the same (F9)</source>
        <translation>{n} Minuten kein Ton; Neues ist trotzdem zu hören (F9)</translation>
    </message>
    <message>
        <source>No trigger of the line is taken till then</source>
        <translation>Bis dahin wird kein Trigger der Linie angenommen</translation>
    </message>
    <message>
        <source>No whole picture for {n} s: parts are not seen</source>
        <translation>Seit {n} s kein vollständiges Bild: Teile werden nicht gesehen</translation>
    </message>
    <message>
        <source>Nobody can look it up; an administrator can set another one</source>
        <translation>Niemand kann es nachsehen; ein Administrator kann ein anderes setzen</translation>
    </message>
    <message>
        <source>Nobody is signed in</source>
        <translation>Niemand ist angemeldet</translation>
    </message>
    <message>
        <source>Nobody may do this</source>
        <translation>Das darf niemand</translation>
    </message>
    <message>
        <source>None so far in this shift</source>
        <translation>In dieser Schicht bisher keine</translation>
    </message>
    <message>
        <source>Not read yet</source>
        <translation>Noch nicht gelesen</translation>
    </message>
    <message>
        <source>Not taken: {t}</source>
        <translation>Nicht übernommen: {t}</translation>
    </message>
    <message>
        <source>Nothing is counted</source>
        <translation>Es wird nichts gezählt</translation>
    </message>
    <message>
        <source>Nothing is inspected meanwhile</source>
        <translation>Solange wird nichts geprüft</translation>
    </message>
    <message>
        <source>Nothing is inspected: press Start (F5)</source>
        <translation>Es wird nichts geprüft: Start (F5) drücken</translation>
    </message>
    <message>
        <source>Nothing is released then until it is passed</source>
        <translation>Dann ist nichts freigegeben, bis sie bestanden ist</translation>
    </message>
    <message>
        <source>Nothing is released then, whatever the recipe, until the challenge is passed in front of the camera</source>
        <translation>Dann ist bei jedem Rezept nichts freigegeben, bis die Freigabeprüfung vor der Kamera bestanden ist</translation>
    </message>
    <message>
        <source>Nothing of it is lost</source>
        <translation>Nichts davon geht verloren</translation>
    </message>
    <message>
        <source>Nothing was changed</source>
        <translation>Nichts wurde geändert</translation>
    </message>
    <message>
        <source>Opacity of the heatmap</source>
        <translation>Deckkraft der Heatmap</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>Im Browser öffnen</translation>
    </message>
    <message>
        <source>Open the PDF</source>
        <translation>PDF öffnen</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Operating
point</source>
        <translation>Arbeits-
punkt</translation>
    </message>
    <message>
        <source>Operating point</source>
        <translation>Arbeitspunkt</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Operator
view</source>
        <translation>Bediener-
ansicht</translation>
    </message>
    <message>
        <source>Operator view</source>
        <translation>Bedieneransicht</translation>
    </message>
    <message>
        <source>Operator view (F12)</source>
        <translation>Bedieneransicht (F12)</translation>
    </message>
    <message>
        <source>Other programs take most of the processor: end them</source>
        <translation>Andere Programme belegen den Prozessor: beenden</translation>
    </message>
    <message>
        <source>P(defective)</source>
        <translation>P(fehlerhaft)</translation>
    </message>
    <message>
        <source>P(defective) {n} · fails from {n2}</source>
        <translation>P(fehlerhaft) {n} · NIO ab {n2}</translation>
    </message>
    <message>
        <source>P(defective) {n} · fails from {n2} · strangeness {n3}</source>
        <translation>P(fehlerhaft) {n} · NIO ab {n2} · Fremdheit {n3}</translation>
    </message>
    <message>
        <source>P(defective) {n} · fails from {n2} · strangeness {n3}, review from {n4}</source>
        <translation>P(fehlerhaft) {n} · NIO ab {n2} · Fremdheit {n3}, Nachprüfen ab {n4}</translation>
    </message>
    <message>
        <source>P(defective) {n} · review from {n2} · fails from {n3}</source>
        <translation>P(fehlerhaft) {n} · Nachprüfen ab {n2} · NIO ab {n3}</translation>
    </message>
    <message>
        <source>P(defective) {n} · review from {n2} · fails from {n3} · strangeness {n4}</source>
        <translation>P(fehlerhaft) {n} · Nachprüfen ab {n2} · NIO ab {n3} · Fremdheit {n4}</translation>
    </message>
    <message>
        <source>P(defective) {n} · review from {n2} · fails from {n3} · strangeness {n4}, review from {n5}</source>
        <translation>P(fehlerhaft) {n} · Nachprüfen ab {n2} · NIO ab {n3} · Fremdheit {n4}, Nachprüfen ab {n5}</translation>
    </message>
    <message>
        <source>PASS</source>
        <translation>IO</translation>
    </message>
    <message>
        <source>PIN or password</source>
        <translation>PIN oder Passwort</translation>
    </message>
    <message>
        <source>PIN or password, {n} characters or more</source>
        <translation>PIN oder Passwort, {n} Zeichen oder mehr</translation>
    </message>
    <message>
        <source>Part {n} has no picture</source>
        <translation>Teil {n} hat kein Bild</translation>
    </message>
    <message>
        <source>Parts between {t} and {t2} may have been judged wrongly: inspect them again</source>
        <translation>Teile zwischen {t} und {t2} wurden womöglich falsch beurteilt: erneut prüfen</translation>
    </message>
    <message>
        <source>Parts from now on have no lot; its report is written and shown</source>
        <translation>Teile haben ab jetzt kein Los; sein Bericht wird geschrieben und gezeigt</translation>
    </message>
    <message>
        <source>Parts of the last {n} minutes, or since the start</source>
        <translation>Teile der letzten {n} Minuten oder seit dem Start</translation>
    </message>
    <message>
        <source>Parts that come are still judged and recorded</source>
        <translation>Teile, die kommen, werden weiter geprüft und aufgezeichnet</translation>
    </message>
    <message>
        <source>Parts that pass meanwhile are not inspected</source>
        <translation>Teile, die solange durchlaufen, werden nicht geprüft</translation>
    </message>
    <message>
        <source>Parts that waited are judged and recorded</source>
        <translation>Wartende Teile sind geprüft und aufgezeichnet</translation>
    </message>
    <message>
        <source>Parts, the newest first</source>
        <translation>Teile, die neuesten zuerst</translation>
    </message>
    <message>
        <source>Pass</source>
        <translation>i.O.</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Picture quality</source>
        <translation>Bildqualität</translation>
    </message>
    <message>
        <source>Pictures ({t})</source>
        <translation>Bilder ({t})</translation>
    </message>
    <message>
        <source>Pictures come faster than they are looked at: take smaller ones, or fewer a second</source>
        <translation>Bilder kommen schneller, als sie geprüft werden: kleinere oder weniger Bilder je Sekunde aufnehmen</translation>
    </message>
    <message>
        <source>Planning a study</source>
        <translation>Eine Studie planen</translation>
    </message>
    <message>
        <source>Preparing the picture</source>
        <translation>Bild aufbereiten</translation>
    </message>
    <message>
        <source>Preparing the picture takes most of it ({n} s a part): choose a smaller region or smaller pictures</source>
        <translation>Die Bildaufbereitung dauert am längsten ({n} s je Teil): kleineren Bereich oder kleinere Bilder wählen</translation>
    </message>
    <message>
        <source>Press Start (F5)</source>
        <translation>Start (F5) drücken</translation>
    </message>
    <message>
        <source>Press Start (F5) again; if this comes back, call the engineer</source>
        <translation>Erneut Start (F5) drücken; kommt es wieder, Techniker rufen</translation>
    </message>
    <message>
        <source>Press Start to start the line</source>
        <translation>Start drücken, um die Linie zu starten</translation>
    </message>
    <message>
        <source>Press Trigger (space) when a part is there</source>
        <translation>Auslösen (Leertaste) drücken, wenn ein Teil daliegt</translation>
    </message>
    <message>
        <source>Press to sign in</source>
        <translation>Drücken, um sich anzumelden</translation>
    </message>
    <message>
        <source>Put a part in front of the camera</source>
        <translation>Ein Teil vor die Kamera legen</translation>
    </message>
    <message>
        <source>Put a part in front of the camera and press Trigger (space)</source>
        <translation>Ein Teil vor die Kamera legen und Auslösen (Leertaste) drücken</translation>
    </message>
    <message>
        <source>READY</source>
        <translation>BEREIT</translation>
    </message>
    <message>
        <source>RESULT LOG</source>
        <translation>ERGEBNISPROTOKOLL</translation>
    </message>
    <message>
        <source>REVIEW</source>
        <translation>UNKLAR</translation>
    </message>
    <message>
        <source>REVIEW at {t}</source>
        <translation>UNKLAR um {t}</translation>
    </message>
    <message>
        <source>Ready for the next part</source>
        <translation>Bereit für das nächste Teil</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>Recipe: which product is inspected</source>
        <translation>Rezept: welches Produkt geprüft wird</translation>
    </message>
    <message>
        <source>Released</source>
        <translation>Freigegeben</translation>
    </message>
    <message>
        <source>Released until {t}, {d}</source>
        <translation>Freigegeben bis {t}, {d}</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Replace the recipe “{t}”?</source>
        <translation>Rezept „{t}“ ersetzen?</translation>
    </message>
    <message>
        <source>Replay the pictures</source>
        <translation>Bilder abspielen</translation>
    </message>
    <message>
        <source>Replayed: part {n} of {n2}: {t}, a defective part</source>
        <translation>Abgespielt: Teil {n} von {n2}: {t}, ein Schlechtteil</translation>
    </message>
    <message>
        <source>Replayed: part {n} of {n2}: {t}, a good part</source>
        <translation>Abgespielt: Teil {n} von {n2}: {t}, ein Gutteil</translation>
    </message>
    <message>
        <source>Report of the lot</source>
        <translation>Bericht des Loses</translation>
    </message>
    <message>
        <source>Restart the camera; if it repeats pictures while nothing moves, raise “Stands still after” (Settings)</source>
        <translation>Kamera neu starten; wiederholt sie Bilder, während sich nichts bewegt, „Stands still after“ erhöhen (Einstellungen)</translation>
    </message>
    <message>
        <source>Restart the station</source>
        <translation>Station neu starten</translation>
    </message>
    <message>
        <source>Restoring a backup</source>
        <translation>Sicherung zurückspielen</translation>
    </message>
    <message>
        <source>Result log</source>
        <translation>Ergebnisprotokoll</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Nachprüfung</translation>
    </message>
    <message>
        <source>Review lists them under To learn, where they can be removed</source>
        <translation>„Nachprüfung“ führt sie unter „Zu lernen“, dort sind sie entfernbar</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>Run without a challenge?</source>
        <translation>Ohne Freigabeprüfung laufen lassen?</translation>
    </message>
    <message>
        <source>SOURCE</source>
        <translation>BILDQUELLE</translation>
    </message>
    <message>
        <source>STARTING</source>
        <translation>STARTET</translation>
    </message>
    <message>
        <source>STOPPED</source>
        <translation>GESTOPPT</translation>
    </message>
    <message>
        <source>Say that you have seen it; the audit trail holds who did, and when (F8)</source>
        <translation>Bestätigen, dass Sie es gesehen haben; der Audit-Trail hält fest, wer und wann (F8)</translation>
    </message>
    <message>
        <source>Scanner connected</source>
        <translation>Scanner verbunden</translation>
    </message>
    <message>
        <source>Scanner lost</source>
        <translation>Scanner verloren</translation>
    </message>
    <message>
        <source>Scanner {t}</source>
        <translation>Scanner {t}</translation>
    </message>
    <message>
        <source>Scanner {t} · {t2} · not used</source>
        <translation>Scanner {t} · {t2} · nicht verwendet</translation>
    </message>
    <message>
        <source>Scanner {t} · {t2} · {s}</source>
        <translation>Scanner {t} · {t2} · {s}</translation>
    </message>
    <message>
        <source>Scanner {t} · {t2} · recipe {t3}</source>
        <translation>Scanner {t} · {t2} · Rezept {t3}</translation>
    </message>
    <message>
        <source>Scanner: no code yet</source>
        <translation>Scanner: noch kein Code</translation>
    </message>
    <message>
        <source>Score, thresholds and reason, as the engineer reads them (I)</source>
        <translation>Kennwert, Schwellen und Grund, wie der Techniker sie liest (I)</translation>
    </message>
    <message>
        <source>See to the log</source>
        <translation>Das Protokoll prüfen</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Seriennummer</translation>
    </message>
    <message>
        <source>Serial number {t}</source>
        <translation>Seriennummer {t}</translation>
    </message>
    <message>
        <source>Set it</source>
        <translation>Setzen</translation>
    </message>
    <message>
        <source>Set model and thresholds…</source>
        <translation>Modell und Schwellen einstellen…</translation>
    </message>
    <message>
        <source>Set the source…</source>
        <translation>Bildquelle einstellen…</translation>
    </message>
    <message>
        <source>Set the station's log…</source>
        <translation>Protokoll der Station einstellen…</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>Set up while the line runs?</source>
        <translation>Einrichten, während die Linie läuft?</translation>
    </message>
    <message>
        <source>Set your PIN or password…</source>
        <translation>Eigene PIN oder Passwort setzen…</translation>
    </message>
    <message>
        <source>Setting the own password</source>
        <translation>Eigenes Passwort setzen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Show all recipes</source>
        <translation>Alle Rezepte</translation>
    </message>
    <message>
        <source>Show good parts while the line runs?</source>
        <translation>Gute Teile zeigen, während die Linie läuft?</translation>
    </message>
    <message>
        <source>Show it again</source>
        <translation>Noch einmal zeigen</translation>
    </message>
    <message>
        <source>Show lot</source>
        <translation>Los zeigen</translation>
    </message>
    <message>
        <source>Show part {n} of {n2}: {t}, a defective part</source>
        <translation>Teil {n} von {n2} zeigen: {t}, ein Schlechtteil</translation>
    </message>
    <message>
        <source>Show part {n} of {n2}: {t}, a good part</source>
        <translation>Teil {n} von {n2} zeigen: {t}, ein Gutteil</translation>
    </message>
    <message>
        <source>Show recipe</source>
        <translation>Rezept zeigen</translation>
    </message>
    <message>
        <source>Show the challenge parts on Live (F12): nothing is inspected or counted till then</source>
        <translation>Auf „Live“ (F12) die Referenzteile zeigen: bis dahin wird nichts geprüft oder gezählt</translation>
    </message>
    <message>
        <source>Show the parts to the camera, one after the other</source>
        <translation>Die Teile nacheinander der Kamera zeigen</translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation>Bericht zeigen</translation>
    </message>
    <message>
        <source>Show the whole picture (double click); the wheel zooms, dragging pans</source>
        <translation>Ganzes Bild zeigen (Doppelklick); das Rad zoomt, Ziehen verschiebt</translation>
    </message>
    <message>
        <source>Showing challenge parts</source>
        <translation>Referenzteile zeigen</translation>
    </message>
    <message>
        <source>Shows: {s}</source>
        <translation>Zeigt: {s}</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Sign in as somebody else…</source>
        <translation>Als jemand anderes anmelden…</translation>
    </message>
    <message>
        <source>Sign in, then do it again</source>
        <translation>Anmelden und noch einmal versuchen</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>Abmelden</translation>
    </message>
    <message>
        <source>Skipped pictures were not looked at, as a newer one was there; waiting are parts</source>
        <translation>Übersprungene Bilder wurden nicht geprüft, da ein neueres da war; was wartet, sind Teile</translation>
    </message>
    <message>
        <source>Slow the belt, and take out what has passed</source>
        <translation>Band verlangsamen und durchgelaufene Teile herausnehmen</translation>
    </message>
    <message>
        <source>Slow the line</source>
        <translation>Linie verlangsamen</translation>
    </message>
    <message>
        <source>Slow the line or use a faster device</source>
        <translation>Linie verlangsamen oder ein schnelleres Gerät verwenden</translation>
    </message>
    <message>
        <source>Something unexpected went wrong</source>
        <translation>Etwas Unerwartetes ist schiefgegangen</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Bildquelle</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Start it first</source>
        <translation>Zuerst starten</translation>
    </message>
    <message>
        <source>Start it, and scan once more</source>
        <translation>Starten und noch einmal scannen</translation>
    </message>
    <message>
        <source>Start or stop the line (F5)</source>
        <translation>Linie starten oder stoppen (F5)</translation>
    </message>
    <message>
        <source>Start the line (F5); then it says whether parts must be shown</source>
        <translation>Linie starten (F5); dann wird gesagt, ob Teile zu zeigen sind</translation>
    </message>
    <message>
        <source>Start the line again; if that does not help, restart the station</source>
        <translation>Linie erneut starten; hilft das nicht, die Station neu starten</translation>
    </message>
    <message>
        <source>Start the line again; if this comes back, send the details below</source>
        <translation>Linie erneut starten; kommt es wieder, die Einzelheiten unten senden</translation>
    </message>
    <message>
        <source>Start the line, or drop a picture here to try it</source>
        <translation>Linie starten, oder zum Versuch ein Bild hier ablegen</translation>
    </message>
    <message>
        <source>Started again by itself at {t}</source>
        <translation>Von selbst neu gestartet um {t}</translation>
    </message>
    <message>
        <source>Starting, stopping and triggering the line</source>
        <translation>Linie starten, stoppen und auslösen</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>Statistik</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop and close</source>
        <translation>Stoppen und schließen</translation>
    </message>
    <message>
        <source>Stop and show</source>
        <translation>Stoppen und zeigen</translation>
    </message>
    <message>
        <source>Stop and start the line</source>
        <translation>Linie stoppen und starten</translation>
    </message>
    <message>
        <source>Stop it first</source>
        <translation>Zuerst stoppen</translation>
    </message>
    <message>
        <source>Stop the line, and train anew</source>
        <translation>Halten Sie die Linie an und trainieren Sie neu</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>Einschalten</translation>
    </message>
    <message>
        <source>Switch users on</source>
        <translation>Benutzer einschalten</translation>
    </message>
    <message>
        <source>THIS LOT</source>
        <translation>DIESES LOS</translation>
    </message>
    <message>
        <source>THIS RECIPE SINCE {t}</source>
        <translation>DIESES REZEPT SEIT {t}</translation>
    </message>
    <message>
        <source>THIS SHIFT</source>
        <translation>DIESE SCHICHT</translation>
    </message>
    <message>
        <source>TOO SLOW</source>
        <translation>ZU LANGSAM</translation>
    </message>
    <message>
        <source>TRIAL, {n} MORE TO COME: {t}</source>
        <translation>VERSUCH, {n} FOLGEN NOCH: {t}</translation>
    </message>
    <message>
        <source>TRIAL: {t}</source>
        <translation>VERSUCH: {t}</translation>
    </message>
    <message>
        <source>Take the held part out, look at its place, then acknowledge (F8)</source>
        <translation>Gehaltenes Teil herausnehmen, die Stelle ansehen, dann quittieren (F8)</translation>
    </message>
    <message>
        <source>Take this part (space)</source>
        <translation>Dieses Teil nehmen (Leertaste)</translation>
    </message>
    <message>
        <source>That part was {s}</source>
        <translation>Dieses Teil war {s}</translation>
    </message>
    <message>
        <source>The challenge was passed</source>
        <translation>Die Freigabeprüfung ist bestanden</translation>
    </message>
    <message>
        <source>The code “{t}” is that of {t2}, which is in use already</source>
        <translation>Der Code „{t}“ gehört zu {t2}, das bereits läuft</translation>
    </message>
    <message>
        <source>The code “{t}” was not used: {s}</source>
        <translation>Der Code „{t}“ wurde nicht verwendet: {s}</translation>
    </message>
    <message>
        <source>lot {t} begins</source>
        <translation>Los {t} beginnt</translation>
    </message>
    <message>
        <source>the lot ends</source>
        <translation>das Los endet</translation>
    </message>
    <message>
        <source>the controller wants the recipe “{t}”, in force is “{t2}”</source>
        <translation>die Steuerung verlangt das Rezept „{t}“, geladen ist „{t2}“</translation>
    </message>
    <message>
        <source>the controller wants the recipe “{t}”: {s}</source>
        <translation>die Steuerung verlangt das Rezept „{t}“: {s}</translation>
    </message>
    <message>
        <source>no recipe has this name or code</source>
        <translation>kein Rezept hat diesen Namen oder Code</translation>
    </message>
    <message>
        <source>The line's controller has named it: {t} is in use</source>
        <translation>Die Steuerung der Linie hat es verlangt: {t} ist geladen</translation>
    </message>
    <message>
        <source>The line's controller has named it: {t} is in use instead of {t2}</source>
        <translation>Die Steuerung der Linie hat es verlangt: {t} ist statt {t2} geladen</translation>
    </message>
    <message>
        <source>The code “{t}” was scanned: {t2} is in use</source>
        <translation>Der Code „{t}“ wurde gescannt: {t2} ist geladen</translation>
    </message>
    <message>
        <source>The code “{t}” was scanned: {t2} is in use instead of {t3}</source>
        <translation>Der Code „{t}“ wurde gescannt: {t2} ist statt {t3} geladen</translation>
    </message>
    <message>
        <source>The last one: {s}</source>
        <translation>Die letzte: {s}</translation>
    </message>
    <message>
        <source>The line does not start: the log is not open</source>
        <translation>Die Linie startet nicht: das Protokoll ist nicht geöffnet</translation>
    </message>
    <message>
        <source>The line has been stopped, so that no part passes uninspected</source>
        <translation>Die Linie wurde gestoppt, damit kein Teil ungeprüft durchläuft</translation>
    </message>
    <message>
        <source>The line has stopped with a fault</source>
        <translation>Die Linie hat mit einer Störung angehalten</translation>
    </message>
    <message>
        <source>The line runs</source>
        <translation>Die Linie läuft</translation>
    </message>
    <message>
        <source>The line runs on meanwhile</source>
        <translation>Die Linie läuft solange weiter</translation>
    </message>
    <message>
        <source>The line stops and starts again with them</source>
        <translation>Die Linie hält an und startet damit neu</translation>
    </message>
    <message>
        <source>The line stops and starts again with {t}</source>
        <translation>Die Linie hält an und startet mit {t} neu</translation>
    </message>
    <message>
        <source>The line stops with it: parts that pass afterwards are not inspected</source>
        <translation>Die Linie hält damit an: Teile danach werden nicht geprüft</translation>
    </message>
    <message>
        <source>The line stops, as its pictures are needed for this</source>
        <translation>Die Linie hält an, da ihre Bilder dafür gebraucht werden</translation>
    </message>
    <message>
        <source>The lot {t} has ended, and its report could not be written: {s}</source>
        <translation>Das Los {t} ist beendet, sein Bericht konnte nicht geschrieben werden: {s}</translation>
    </message>
    <message>
        <source>The model takes most of it ({n} s a part): use a faster device or precision</source>
        <translation>Das Modell dauert am längsten ({n} s je Teil): schnelleres Gerät oder andere Genauigkeit verwenden</translation>
    </message>
    <message>
        <source>The newest {n} parts; type more to see others</source>
        <translation>Die neuesten {n} Teile; für andere mehr eingeben</translation>
    </message>
    <message>
        <source>The part is defective: take it out</source>
        <translation>Das Teil ist nicht in Ordnung: herausnehmen</translation>
    </message>
    <message>
        <source>The part is good: nothing to do</source>
        <translation>Das Teil ist in Ordnung: nichts zu tun</translation>
    </message>
    <message>
        <source>The part was not judged: take it out and inspect it again, it is not good</source>
        <translation>Das Teil wurde nicht geprüft: herausnehmen und erneut prüfen, es gilt nicht als gut</translation>
    </message>
    <message>
        <source>The recipe {t} lets too many defects pass</source>
        <translation>Das Rezept {t} lässt zu viele Fehler durch</translation>
    </message>
    <message>
        <source>The recipe {t} was rolled back by itself from {t2} to {t3}</source>
        <translation>Das Rezept {t} wurde selbsttätig von {t2} auf {t3} zurückgesetzt</translation>
    </message>
    <message>
        <source>The same once more</source>
        <translation>Dasselbe noch einmal</translation>
    </message>
    <message>
        <source>The source has ended</source>
        <translation>Die Bildquelle ist zu Ende</translation>
    </message>
    <message>
        <source>The station is unsure: set the part aside, it has not passed</source>
        <translation>Die Station ist unsicher: Teil beiseitelegen, es ist nicht in Ordnung gemeldet</translation>
    </message>
    <message>
        <source>The two are not the same</source>
        <translation>Die beiden sind nicht gleich</translation>
    </message>
    <message>
        <source>There is a recipe of this name</source>
        <translation>Es gibt ein Rezept dieses Namens</translation>
    </message>
    <message>
        <source>There is no Chinese font on this computer</source>
        <translation>Auf diesem Rechner ist keine chinesische Schrift</translation>
    </message>
    <message>
        <source>There is no picture in {t}</source>
        <translation>In {t} ist kein Bild</translation>
    </message>
    <message>
        <source>There is no recipe that can be used</source>
        <translation>Es gibt kein verwendbares Rezept</translation>
    </message>
    <message>
        <source>There is no recipe to inspect with</source>
        <translation>Es gibt kein Rezept zum Prüfen</translation>
    </message>
    <message>
        <source>There is no recipe whose model could learn</source>
        <translation>Es gibt kein Rezept, dessen Modell lernen könnte</translation>
    </message>
    <message>
        <source>They are also in {t}</source>
        <translation>Sie stehen auch in {t}</translation>
    </message>
    <message>
        <source>They are not seen yet</source>
        <translation>Sie werden noch nicht gesehen</translation>
    </message>
    <message>
        <source>This recipe in this shift, all recipes of the shift, or the lot</source>
        <translation>Dieses Rezept in dieser Schicht, alle Rezepte der Schicht oder das Los</translation>
    </message>
    <message>
        <source>This recipe needs a challenge</source>
        <translation>Dieses Rezept braucht eine Freigabeprüfung</translation>
    </message>
    <message>
        <source>Threshold {n}</source>
        <translation>Schwelle {n}</translation>
    </message>
    <message>
        <source>Threshold {n}, review from {n2}</source>
        <translation>Schwelle {n}, Nachprüfen ab {n2}</translation>
    </message>
    <message>
        <source>Time of the stages</source>
        <translation>Zeit der Schritte</translation>
    </message>
    <message>
        <source>Too few pictures arrive: check the camera's rate, its cable and the network</source>
        <translation>Zu wenige Bilder: Bildrate, Kabel und Netzwerk der Kamera prüfen</translation>
    </message>
    <message>
        <source>Train with these</source>
        <translation>Damit trainieren</translation>
    </message>
    <message>
        <source>Train with these ({n})</source>
        <translation>Damit trainieren ({n})</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Trigger (space)</source>
        <translation>Auslösen (Leertaste)</translation>
    </message>
    <message>
        <source>Trigger → committed verdict; press to see where the time goes</source>
        <translation>Trigger → gespeichertes Ergebnis; drücken zeigt, wo die Zeit bleibt</translation>
    </message>
    <message>
        <source>Trigger → verdict</source>
        <translation>Trigger → Ergebnis</translation>
    </message>
    <message>
        <source>Try a picture…</source>
        <translation>Bild ausprobieren…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try again in {n} minutes</source>
        <translation>In {n} Minuten erneut versuchen</translation>
    </message>
    <message>
        <source>Try again in {n} s</source>
        <translation>In {n} s erneut versuchen</translation>
    </message>
    <message>
        <source>Try again once it is</source>
        <translation>Danach erneut versuchen</translation>
    </message>
    <message>
        <source>Try pictures (not counted)</source>
        <translation>Bilder ausprobieren (nicht gezählt)</translation>
    </message>
    <message>
        <source>Type a lot number at the top</source>
        <translation>Oben eine Losnummer eingeben</translation>
    </message>
    <message>
        <source>Type a lot number at the top of the window</source>
        <translation>Oben im Fenster eine Losnummer eingeben</translation>
    </message>
    <message>
        <source>1 more message</source>
        <translation>1 weitere Meldung</translation>
    </message>
    <message>
        <source>{n} more messages</source>
        <translation>{n} weitere Meldungen</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>Weniger zeigen</translation>
    </message>
    <message>
        <source>Show all messages, or the gravest ones</source>
        <translation>Alle Meldungen zeigen, oder die schwersten</translation>
    </message>
    <message>
        <source>Tool or nest</source>
        <translation>Werkzeug oder Nest</translation>
    </message>
    <message>
        <source>Tool or nest {t}</source>
        <translation>Werkzeug oder Nest {t}</translation>
    </message>
    <message>
        <source>Type a serial number, a lot, a tool or nest, or a time</source>
        <translation>Seriennummer, Los, Werkzeug oder Nest oder Zeit eingeben</translation>
    </message>
    <message>
        <source>Type the next one and press Enter; Esc takes it back</source>
        <translation>Das nächste eingeben und Eingabetaste drücken; Esc nimmt es zurück</translation>
    </message>
    <message>
        <source>Unexpected error</source>
        <translation>Unerwarteter Fehler</translation>
    </message>
    <message>
        <source>Unite what {t} has to learn with its model's own pictures</source>
        <translation>Was {t} zu lernen hat, mit den Bildern seines Modells vereinen</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>Bis</translation>
    </message>
    <message>
        <source>Use another log…</source>
        <translation>Anderes Protokoll verwenden…</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Prüfergebnis</translation>
    </message>
    <message>
        <source>Verdict on the trial picture</source>
        <translation>Ergebnis des Versuchsbildes</translation>
    </message>
    <message>
        <source>Verdict; press for the operator view</source>
        <translation>Prüfergebnis; drücken für die Bedieneransicht</translation>
    </message>
    <message>
        <source>Verdicts take up to {n} s</source>
        <translation>Ergebnisse dauern bis zu {n} s</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Views of the last part</source>
        <translation>Ansichten des letzten Teils</translation>
    </message>
    <message>
        <source>WHERE THE TIME GOES, LAST {n} PARTS</source>
        <translation>WO DIE ZEIT BLEIBT, LETZTE {n} TEILE</translation>
    </message>
    <message>
        <source>Wait for the verdicts</source>
        <translation>Auf die Ergebnisse warten</translation>
    </message>
    <message>
        <source>Waiting for a picture</source>
        <translation>Warten auf ein Bild</translation>
    </message>
    <message>
        <source>Waiting for its turn</source>
        <translation>Warten in der Schlange</translation>
    </message>
    <message>
        <source>Waiting for the first picture: parts are not seen yet</source>
        <translation>Warten auf das erste Bild: Teile werden noch nicht gesehen</translation>
    </message>
    <message>
        <source>Waiting for the next part</source>
        <translation>Warten auf das nächste Teil</translation>
    </message>
    <message>
        <source>Waiting for the processor takes most of it ({n} s a part): end other programs, or use a faster computer</source>
        <translation>Das Warten auf den Prozessor dauert am längsten ({n} s je Teil): andere Programme beenden oder schnelleren Rechner verwenden</translation>
    </message>
    <message>
        <source>Were lens or lamp changed?</source>
        <translation>Wurden Objektiv oder Beleuchtung geändert?</translation>
    </message>
    <message>
        <source>What the heatmap shows: where the defect is, what the classifier looked at (Grad-CAM), or what is unlike good parts; a model without a memory of good has Grad-CAM only (M)</source>
        <translation>Was die Heatmap zeigt: wo der Fehler ist, worauf der Klassifikator sah (Grad-CAM) oder was anders als gute Teile ist; ein Modell ohne Gedächtnis guter Teile hat nur Grad-CAM (M)</translation>
    </message>
    <message>
        <source>What was changed</source>
        <translation>Was geändert wurde</translation>
    </message>
    <message>
        <source>What was done at this station waits to be written into the audit trail, as the log takes nothing</source>
        <translation>Was an dieser Station getan wurde, wartet auf den Eintrag in den Audit-Trail, da das Protokoll nichts annimmt</translation>
    </message>
    <message>
        <source>What was inspected is recorded</source>
        <translation>Was geprüft wurde, ist aufgezeichnet</translation>
    </message>
    <message>
        <source>Who you are</source>
        <translation>Wer Sie sind</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Withdrawing it holds for the recipe as it is now, and stands in the audit trail with your name</source>
        <translation>Die Zurücknahme gilt für das Rezept, wie es jetzt ist, und steht mit Ihrem Namen im Audit-Trail</translation>
    </message>
    <message>
        <source>Withdraw…</source>
        <translation>Zurücknehmen…</translation>
    </message>
    <message>
        <source>Write its report</source>
        <translation>Bericht schreiben</translation>
    </message>
    <message>
        <source>Writing the log</source>
        <translation>Protokoll schreiben</translation>
    </message>
    <message>
        <source>Writing the report…</source>
        <translation>Bericht wird geschrieben…</translation>
    </message>
    <message>
        <source>Writing to the disk takes most of it ({n} s a part): keep fewer pictures, or use a faster disk</source>
        <translation>Das Schreiben auf den Datenträger dauert am längsten ({n} s je Teil): weniger Bilder speichern oder schnelleren Datenträger verwenden</translation>
    </message>
    <message>
        <source>Written to {t}</source>
        <translation>Geschrieben nach {t}</translation>
    </message>
    <message>
        <source>YIELD %, LAST HOUR</source>
        <translation>AUSBEUTE %, LETZTE STUNDE</translation>
    </message>
    <message>
        <source>Yield</source>
        <translation>Ausbeute</translation>
    </message>
    <message>
        <source>Yield over the last hour</source>
        <translation>Ausbeute der letzten Stunde</translation>
    </message>
    <message>
        <source>You become the first administrator, and are signed in</source>
        <translation>Sie werden erster Administrator und sind angemeldet</translation>
    </message>
    <message>
        <source>a challenge is under way, {n} of {n2} parts done</source>
        <translation>eine Freigabeprüfung läuft, {n} von {n2} Teilen erledigt</translation>
    </message>
    <message>
        <source>a challenge part was judged wrongly since</source>
        <translation>seither wurde ein Referenzteil falsch beurteilt</translation>
    </message>
    <message>
        <source>a part has waited {n} s for its verdict, {n2} s are allowed</source>
        <translation>ein Teil wartet seit {n} s auf sein Ergebnis, erlaubt sind {n2} s</translation>
    </message>
    <message>
        <source>a shift has begun since the challenge was passed</source>
        <translation>seit der bestandenen Freigabeprüfung hat eine Schicht begonnen</translation>
    </message>
    <message>
        <source>administrator</source>
        <translation>Administrator</translation>
    </message>
    <message>
        <source>an administrator can set another password</source>
        <translation>ein Administrator kann ein anderes Passwort setzen</translation>
    </message>
    <message>
        <source>an engineer defines them in Settings</source>
        <translation>ein Techniker legt sie in den Einstellungen fest</translation>
    </message>
    <message>
        <source>an engineer may give it one in Settings, or withdraw it here</source>
        <translation>ein Techniker kann ihm in den Einstellungen eine geben oder sie hier zurücknehmen</translation>
    </message>
    <message>
        <source>an engineer may require it again in Settings, or withdraw it here</source>
        <translation>ein Techniker kann sie in den Einstellungen wieder verlangen oder hier zurücknehmen</translation>
    </message>
    <message>
        <source>another program is using it</source>
        <translation>ein anderes Programm benutzt es</translation>
    </message>
    <message>
        <source>another recipe or model has run since the challenge was passed</source>
        <translation>seit der bestandenen Freigabeprüfung lief ein anderes Rezept oder Modell</translation>
    </message>
    <message>
        <source>as the computer</source>
        <translation>wie der Computer</translation>
    </message>
    <message>
        <source>bad image: 16 bits a channel, but no value above {n}: probably {n2} bits</source>
        <translation>unbrauchbares Bild: 16 Bit je Kanal, aber kein Wert über {n}: vermutlich {n2} Bit</translation>
    </message>
    <message>
        <source>bad image: black (mean grey {n} &lt; {n2})</source>
        <translation>unbrauchbares Bild: schwarz (mittlerer Grauwert {n} &lt; {n2})</translation>
    </message>
    <message>
        <source>bad image: out of focus (sharpness {n} &lt; {n2})</source>
        <translation>unbrauchbares Bild: unscharf (Schärfe {n} &lt; {n2})</translation>
    </message>
    <message>
        <source>bad image: saturated ({n} % of the pixels at full scale &gt; {n2} %)</source>
        <translation>unbrauchbares Bild: überbelichtet ({n} % der Pixel am Anschlag &gt; {n2} %)</translation>
    </message>
    <message>
        <source>check its cable and power</source>
        <translation>Kabel und Stromversorgung prüfen</translation>
    </message>
    <message>
        <source>check the device that it runs on</source>
        <translation>das Gerät prüfen, auf dem es läuft</translation>
    </message>
    <message>
        <source>check the focus</source>
        <translation>Schärfe einstellen</translation>
    </message>
    <message>
        <source>check the lamp and the lens cap</source>
        <translation>Beleuchtung und Objektivdeckel prüfen</translation>
    </message>
    <message>
        <source>clean lens and lamp</source>
        <translation>Objektiv und Beleuchtung reinigen</translation>
    </message>
    <message>
        <source>clearly defective</source>
        <translation>eindeutig nicht in Ordnung</translation>
    </message>
    <message>
        <source>clearly good</source>
        <translation>eindeutig in Ordnung</translation>
    </message>
    <message>
        <source>defect</source>
        <translation>Fehlerstelle</translation>
    </message>
    <message>
        <source>defective</source>
        <translation>nicht in Ordnung</translation>
    </message>
    <message>
        <source>defective, but close to the limit</source>
        <translation>nicht in Ordnung, aber nahe der Grenze</translation>
    </message>
    <message>
        <source>engineer</source>
        <translation>Techniker</translation>
    </message>
    <message>
        <source>fails from {n}</source>
        <translation>NIO ab {n}</translation>
    </message>
    <message>
        <source>good</source>
        <translation>in Ordnung</translation>
    </message>
    <message>
        <source>good, but close to the limit</source>
        <translation>in Ordnung, aber nahe der Grenze</translation>
    </message>
    <message>
        <source>held: part {n} · {t}</source>
        <translation>gehalten: Teil {n} · {t}</translation>
    </message>
    <message>
        <source>it broke: {t}</source>
        <translation>sie ist ausgefallen: {t}</translation>
    </message>
    <message>
        <source>it goes on by itself</source>
        <translation>es geht von selbst weiter</translation>
    </message>
    <message>
        <source>it is not there</source>
        <translation>es ist nicht da</translation>
    </message>
    <message>
        <source>it is tried again by itself</source>
        <translation>es wird von selbst erneut versucht</translation>
    </message>
    <message>
        <source>it knows no outline of the parts: half a part, or a crop, can pass where it looks like a good part</source>
        <translation>es kennt den Umriss der Teile nicht: ein halbes Teil oder ein Ausschnitt kann durchlaufen, wo es wie ein gutes aussieht</translation>
    </message>
    <message>
        <source>it was left before its end</source>
        <translation>sie wurde vor dem Ende verlassen</translation>
    </message>
    <message>
        <source>it was rolled back to {t} by itself already</source>
        <translation>es wurde schon einmal selbsttätig auf {t} zurückgesetzt</translation>
    </message>
    <message>
        <source>it would have been {s}</source>
        <translation>es wäre {s} gewesen</translation>
    </message>
    <message>
        <source>its camera was not told of the part</source>
        <translation>seine Kamera erfuhr nichts von dem Teil</translation>
    </message>
    <message>
        <source>its disk can only be read</source>
        <translation>sein Datenträger kann nur gelesen werden</translation>
    </message>
    <message>
        <source>its model needs a challenge with the recipe {t}, and the recipe {t2} has none</source>
        <translation>sein Modell braucht mit dem Rezept {t} eine Freigabeprüfung, das Rezept {t2} hat keine</translation>
    </message>
    <message>
        <source>last code “{t}” at {t2}</source>
        <translation>letzter Code „{t}“ um {t2}</translation>
    </message>
    <message>
        <source>last code “{t}” at {t2}, not used</source>
        <translation>letzter Code „{t}“ um {t2}, nicht verwendet</translation>
    </message>
    <message>
        <source>last code “{t}” at {t2}, recipe {t3}</source>
        <translation>letzter Code „{t}“ um {t2}, Rezept {t3}</translation>
    </message>
    <message>
        <source>last: part {n} · {t}</source>
        <translation>zuletzt: Teil {n} · {t}</translation>
    </message>
    <message>
        <source>lens or lamp were changed</source>
        <translation>Objektiv oder Beleuchtung wurden geändert</translation>
    </message>
    <message>
        <source>let the camera fill the 16 bits, or set the bit depth of the recipe's source to {n}</source>
        <translation>Kamera die 16 Bit ausfüllen lassen oder die Bittiefe der Bildquelle im Rezept auf {n} stellen</translation>
    </message>
    <message>
        <source>live · not judged yet</source>
        <translation>live · noch nicht geprüft</translation>
    </message>
    <message>
        <source>live · {t}</source>
        <translation>live · {t}</translation>
    </message>
    <message>
        <source>log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>lot {t}</source>
        <translation>Los {t}</translation>
    </message>
    <message>
        <source>lower the exposure</source>
        <translation>Belichtung verringern</translation>
    </message>
    <message>
        <source>marked beside the part</source>
        <translation>neben dem Teil markiert</translation>
    </message>
    <message>
        <source>missed trigger: {s}</source>
        <translation>verpasster Trigger: {s}</translation>
    </message>
    <message>
        <source>name or password is wrong</source>
        <translation>Name oder Passwort ist falsch</translation>
    </message>
    <message>
        <source>no challenge can be begun: {s}</source>
        <translation>es kann keine Freigabeprüfung beginnen: {s}</translation>
    </message>
    <message>
        <source>no code has come yet</source>
        <translation>noch kein Code gekommen</translation>
    </message>
    <message>
        <source>no code was read</source>
        <translation>kein Code gelesen</translation>
    </message>
    <message>
        <source>no code was read within {n} ms</source>
        <translation>kein Code innerhalb von {n} ms gelesen</translation>
    </message>
    <message>
        <source>no further capture can be asked for: {s}</source>
        <translation>es kann nichts weiter aufgenommen werden: {s}</translation>
    </message>
    <message>
        <source>no further capture is taken: {s}</source>
        <translation>es wird nichts weiter aufgenommen: {s}</translation>
    </message>
    <message>
        <source>no guard: what the model has never seen can pass</source>
        <translation>kein Wächter: was das Modell nie gesehen hat, kann durchlaufen</translation>
    </message>
    <message>
        <source>no lot</source>
        <translation>kein Los</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>kein Modell</translation>
    </message>
    <message>
        <source>no part is being waited for: {s}</source>
        <translation>es wird auf kein Teil gewartet: {s}</translation>
    </message>
    <message>
        <source>no part stands alone in the picture, and the model has learnt the square around one: what it says of the whole picture lets nothing pass</source>
        <translation>kein Teil steht frei im Bild, und das Modell hat das Quadrat um ein Teil gelernt: was es vom ganzen Bild sagt, lässt nichts durch</translation>
    </message>
    <message>
        <source>no part yet</source>
        <translation>noch kein Teil</translation>
    </message>
    <message>
        <source>no picture</source>
        <translation>kein Bild</translation>
    </message>
    <message>
        <source>no reason is known</source>
        <translation>kein Grund bekannt</translation>
    </message>
    <message>
        <source>no recipe</source>
        <translation>kein Rezept</translation>
    </message>
    <message>
        <source>no source</source>
        <translation>keine Bildquelle</translation>
    </message>
    <message>
        <source>no source · stopped</source>
        <translation>keine Bildquelle · gestoppt</translation>
    </message>
    <message>
        <source>no verdict in time</source>
        <translation>kein Ergebnis in der Zeit</translation>
    </message>
    <message>
        <source>no. {n}</source>
        <translation>Nr. {n}</translation>
    </message>
    <message>
        <source>nobody is signed in</source>
        <translation>niemand ist angemeldet</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
    <message>
        <source>not in force yet:
press Enter</source>
        <translation>noch nicht gültig:
Eingabetaste drücken</translation>
    </message>
    <message>
        <source>not judged</source>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>not live: the last picture</source>
        <translation>nicht live: das letzte Bild</translation>
    </message>
    <message>
        <source>not live: the picture of {t}</source>
        <translation>nicht live: das Bild von {t}</translation>
    </message>
    <message>
        <source>not released: {s}</source>
        <translation>nicht freigegeben: {s}</translation>
    </message>
    <message>
        <source>not used: the line stopped before its part came</source>
        <translation>nicht verwendet: die Linie hielt an, bevor ihr Teil kam</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>one is under way</source>
        <translation>es läuft bereits eine</translation>
    </message>
    <message>
        <source>operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>out of memory: a part waits to be recorded</source>
        <translation>Speicher voll: ein Teil wartet auf die Aufzeichnung</translation>
    </message>
    <message>
        <source>out of memory: a picture was not looked at, parts can have passed</source>
        <translation>Speicher voll: ein Bild wurde nicht geprüft, Teile können durchgelaufen sein</translation>
    </message>
    <message>
        <source>outside</source>
        <translation>außerhalb</translation>
    </message>
    <message>
        <source>part {n} ({t}) is held: {s} at {d} {t2}</source>
        <translation>Teil {n} ({t}) wird gehalten: {s} am {d} {t2}</translation>
    </message>
    <message>
        <source>part {n} ({t}) is held: {s} at {t2}</source>
        <translation>Teil {n} ({t}) wird gehalten: {s} um {t2}</translation>
    </message>
    <message>
        <source>part {n} is held: {s} at {d} {t}</source>
        <translation>Teil {n} wird gehalten: {s} am {d} {t}</translation>
    </message>
    <message>
        <source>part {n} is held: {s} at {t}</source>
        <translation>Teil {n} wird gehalten: {s} um {t}</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}, could not be judged: {s}</source>
        <translation>Teil {n} von {n2}, {t}, konnte nicht geprüft werden: {s}</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}, is known to be defective and was judged {s}</source>
        <translation>Teil {n} von {n2}, {t}, ist als fehlerhaft bekannt und wurde als {s} beurteilt</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}, is known to be good and was judged {s}</source>
        <translation>Teil {n} von {n2}, {t}, ist als gut bekannt und wurde als {s} beurteilt</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}: {s}, right</source>
        <translation>Teil {n} von {n2}, {t}: {s}, richtig</translation>
    </message>
    <message>
        <source>part {n} · {t}</source>
        <translation>Teil {n} · {t}</translation>
    </message>
    <message>
        <source>parts come faster than they can be judged</source>
        <translation>Teile kommen schneller, als sie geprüft werden können</translation>
    </message>
    <message>
        <source>parts with several views must be shown to the cameras</source>
        <translation>Teile mit mehreren Ansichten müssen den Kameras gezeigt werden</translation>
    </message>
    <message>
        <source>picture of {t}</source>
        <translation>Bild von {t}</translation>
    </message>
    <message>
        <source>press to change it</source>
        <translation>drücken, um es zu ändern</translation>
    </message>
    <message>
        <source>recipe, model or shifts are not those with which the challenge was passed</source>
        <translation>Rezept, Modell oder Schichten sind nicht die, mit denen die Freigabeprüfung bestanden wurde</translation>
    </message>
    <message>
        <source>replay the pictures</source>
        <translation>die Bilder abspielen</translation>
    </message>
    <message>
        <source>review from {n} · fails from {n2}</source>
        <translation>Nachprüfen ab {n} · NIO ab {n2}</translation>
    </message>
    <message>
        <source>review where the heat lies outside the part</source>
        <translation>Nachprüfen, wo die Hitze außerhalb des Teils liegt</translation>
    </message>
    <message>
        <source>show part {n} of {n2}, {t}</source>
        <translation>Teil {n} von {n2} zeigen, {t}</translation>
    </message>
    <message>
        <source>something is being asked</source>
        <translation>es ist gerade eine Frage offen</translation>
    </message>
    <message>
        <source>stop and start the line if it stays so</source>
        <translation>bleibt es so, die Linie stoppen und starten</translation>
    </message>
    <message>
        <source>strangeness {n}</source>
        <translation>Fremdheit {n}</translation>
    </message>
    <message>
        <source>the archive's disk</source>
        <translation>der Datenträger des Archivs</translation>
    </message>
    <message>
        <source>the blind audit shows that {t} lets at least {n} % of the defective parts pass (95 % confidence, 1 passed part audited), above the limit of {n2} %</source>
        <translation>das Blindaudit zeigt, dass {t} mindestens {n} % der fehlerhaften Teile durchlässt (95 % Sicherheit, 1 durchgelassenes Teil geprüft), über der Grenze von {n2} %</translation>
    </message>
    <message>
        <source>the blind audit shows that {t} lets at least {n} % of the defective parts pass (95 % confidence, {n2} passed parts audited), above the limit of {n3} %</source>
        <translation>das Blindaudit zeigt, dass {t} mindestens {n} % der fehlerhaften Teile durchlässt (95 % Sicherheit, {n2} durchgelassene Teile geprüft), über der Grenze von {n3} %</translation>
    </message>
    <message>
        <source>the challenge has not been passed yet</source>
        <translation>die Freigabeprüfung ist noch nicht bestanden</translation>
    </message>
    <message>
        <source>the challenge was passed more than {n} h ago</source>
        <translation>die Freigabeprüfung ist mehr als {n} h her</translation>
    </message>
    <message>
        <source>the code cannot be used: {s}</source>
        <translation>der Code ist nicht verwendbar: {s}</translation>
    </message>
    <message>
        <source>the computer was switched on since the challenge was passed: how long ago that was is not certain</source>
        <translation>seit der bestandenen Freigabeprüfung wurde der Rechner eingeschaltet: wie lange sie her ist, ist ungewiss</translation>
    </message>
    <message>
        <source>the computer's clock was set back since the challenge was passed</source>
        <translation>seit der bestandenen Freigabeprüfung wurde die Uhr des Rechners zurückgestellt</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>the disk of the log {t} is gone</source>
        <translation>der Datenträger des Protokolls {t} fehlt</translation>
    </message>
    <message>
        <source>the disk, or the connection to it, failed</source>
        <translation>der Datenträger oder die Verbindung zu ihm ist ausgefallen</translation>
    </message>
    <message>
        <source>the heat lies outside the part: P(defective) {n} ≥ {n2}</source>
        <translation>die Hitze liegt außerhalb des Teils: P(fehlerhaft) {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>the inspection</source>
        <translation>die Prüfung</translation>
    </message>
    <message>
        <source>the line does not run</source>
        <translation>die Linie läuft nicht</translation>
    </message>
    <message>
        <source>the line has a fault</source>
        <translation>die Linie ist gestört</translation>
    </message>
    <message>
        <source>the line is starting</source>
        <translation>die Linie startet</translation>
    </message>
    <message>
        <source>the line is stopping</source>
        <translation>die Linie hält an</translation>
    </message>
    <message>
        <source>the line or its scanner says “{t}”, the code on the part says “{t2}”</source>
        <translation>Linie oder Scanner melden „{t}“, der Code auf dem Teil lautet „{t2}“</translation>
    </message>
    <message>
        <source>the line runs already</source>
        <translation>die Linie läuft bereits</translation>
    </message>
    <message>
        <source>the line starts again with it</source>
        <translation>die Linie startet damit neu</translation>
    </message>
    <message>
        <source>the line stopped before a picture came</source>
        <translation>die Linie hielt an, bevor ein Bild kam</translation>
    </message>
    <message>
        <source>the line wants the recipe “{t}”, in force is “{t2}”</source>
        <translation>die Linie will das Rezept „{t}“, gültig ist „{t2}“</translation>
    </message>
    <message>
        <source>the line was stopped: {s}</source>
        <translation>die Linie wurde gestoppt: {s}</translation>
    </message>
    <message>
        <source>the log {t} cannot be opened: {s}</source>
        <translation>das Protokoll {t} kann nicht geöffnet werden: {s}</translation>
    </message>
    <message>
        <source>the log {t} cannot be written: {s}</source>
        <translation>das Protokoll {t} kann nicht geschrieben werden: {s}</translation>
    </message>
    <message>
        <source>the log {t} is damaged</source>
        <translation>das Protokoll {t} ist beschädigt</translation>
    </message>
    <message>
        <source>the log's disk</source>
        <translation>der Datenträger des Protokolls</translation>
    </message>
    <message>
        <source>the model before cannot be used</source>
        <translation>das Modell davor kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>the model before was called {t}, too, and another one of that name is here now</source>
        <translation>das Modell davor hieß auch {t}, und jetzt ist ein anderes dieses Namens hier</translation>
    </message>
    <message>
        <source>the model does not say how strange the part looks, and the recipe lets none pass without: it has no memory of good</source>
        <translation>das Modell sagt nicht, wie fremd das Teil aussieht, und das Rezept lässt ohne das keines durch: ihm fehlt das Gedächtnis guter Teile</translation>
    </message>
    <message>
        <source>the model is not loaded yet, or the record cannot be read</source>
        <translation>das Modell ist noch nicht geladen, oder die Aufzeichnung ist nicht lesbar</translation>
    </message>
    <message>
        <source>the model {t} is another one than it was, by its SHA-256</source>
        <translation>das Modell {t} ist nach seiner SHA-256 ein anderes als damals</translation>
    </message>
    <message>
        <source>the network does not reach it</source>
        <translation>über das Netzwerk nicht erreichbar</translation>
    </message>
    <message>
        <source>the network hangs again and again</source>
        <translation>das Netz bleibt immer wieder hängen</translation>
    </message>
    <message>
        <source>the part is not recorded: {s}</source>
        <translation>das Teil ist nicht aufgezeichnet: {s}</translation>
    </message>
    <message>
        <source>the parts must be shown to the camera</source>
        <translation>die Teile müssen der Kamera gezeigt werden</translation>
    </message>
    <message>
        <source>the picture of {t} has stood still for {n} s: it may be an old one</source>
        <translation>das Bild von {t} steht seit {n} s still: es kann ein altes sein</translation>
    </message>
    <message>
        <source>the picture was not kept: {s}</source>
        <translation>das Bild wurde nicht gespeichert: {s}</translation>
    </message>
    <message>
        <source>the recipe {t} asks for no challenge any more, and by the record it must</source>
        <translation>das Rezept {t} verlangt keine Freigabeprüfung mehr, laut Aufzeichnung muss es das</translation>
    </message>
    <message>
        <source>the recipe {t} has no challenge parts</source>
        <translation>das Rezept {t} hat keine Referenzteile</translation>
    </message>
    <message>
        <source>the recipe {t} takes no external trigger: its trigger is {t2}</source>
        <translation>das Rezept {t} nimmt keinen externen Trigger: sein Trigger ist {t2}</translation>
    </message>
    <message>
        <source>the recipe's source is no camera</source>
        <translation>die Bildquelle des Rezepts ist keine Kamera</translation>
    </message>
    <message>
        <source>the record is being asked</source>
        <translation>die Aufzeichnung wird abgefragt</translation>
    </message>
    <message>
        <source>the source has ended</source>
        <translation>die Bildquelle ist zu Ende</translation>
    </message>
    <message>
        <source>the source is being opened</source>
        <translation>die Bildquelle wird geöffnet</translation>
    </message>
    <message>
        <source>the source is lost</source>
        <translation>die Bildquelle ist verloren</translation>
    </message>
    <message>
        <source>the source is not open</source>
        <translation>die Bildquelle ist nicht geöffnet</translation>
    </message>
    <message>
        <source>the trigger</source>
        <translation>der Trigger</translation>
    </message>
    <message>
        <source>the view {t}: {s}</source>
        <translation>die Ansicht {t}: {s}</translation>
    </message>
    <message>
        <source>then begin again</source>
        <translation>dann neu beginnen</translation>
    </message>
    <message>
        <source>there is no folder {t}</source>
        <translation>den Ordner {t} gibt es nicht</translation>
    </message>
    <message>
        <source>there is no picture of {t}</source>
        <translation>es gibt kein Bild von {t}</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>diese Datei gibt es nicht</translation>
    </message>
    <message>
        <source>there is not enough memory</source>
        <translation>der Speicher reicht nicht</translation>
    </message>
    <message>
        <source>there is nothing to trigger: the line does not run</source>
        <translation>es gibt nichts auszulösen: die Linie läuft nicht</translation>
    </message>
    <message>
        <source>there was no answer in time</source>
        <translation>keine Antwort in der Zeit</translation>
    </message>
    <message>
        <source>this is part {t}</source>
        <translation>dies ist Teil {t}</translation>
    </message>
    <message>
        <source>this model has no memory of good: what it has never seen can pass</source>
        <translation>diesem Modell fehlt das Gedächtnis guter Teile: was es nie gesehen hat, kann durchlaufen</translation>
    </message>
    <message>
        <source>this model measures single places, not the whole picture: a wrong product can pass</source>
        <translation>dieses Modell misst einzelne Stellen, nicht das ganze Bild: ein falsches Produkt kann durchlaufen</translation>
    </message>
    <message>
        <source>this user may not</source>
        <translation>dieser Benutzer darf das nicht</translation>
    </message>
    <message>
        <source>too late: {n} s from trigger to verdict, {n2} s are allowed</source>
        <translation>zu spät: {n} s vom Trigger zum Ergebnis, erlaubt sind {n2} s</translation>
    </message>
    <message>
        <source>train it again</source>
        <translation>neu trainieren</translation>
    </message>
    <message>
        <source>trial, not counted</source>
        <translation>Versuch, nicht gezählt</translation>
    </message>
    <message>
        <source>trigger → verdict p50 {t} ms, p99 {t2} ms</source>
        <translation>Trigger → Ergebnis p50 {t} ms, p99 {t2} ms</translation>
    </message>
    <message>
        <source>unexpected {t} in the {t2} thread: {t3}</source>
        <translation>unerwartet: {t} im Thread {t2}: {t3}</translation>
    </message>
    <message>
        <source>unlike</source>
        <translation>fremd</translation>
    </message>
    <message>
        <source>unlike good</source>
        <translation>fremdartig</translation>
    </message>
    <message>
        <source>unlike good parts from {n}</source>
        <translation>fremdartig ab {n}</translation>
    </message>
    <message>
        <source>unlike good parts here, probably {t}: strangeness {n} ≥ {n2}</source>
        <translation>anders als gute Teile, vermutlich {t}: Fremdheit {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>unlike good parts here, the picture as a whole: strangeness {n} ≥ {n2}</source>
        <translation>anders als gute Teile, das Bild als Ganzes: Fremdheit {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>unlike good parts here: strangeness {n} ≥ {n2}</source>
        <translation>hier anders als gute Teile: Fremdheit {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>unlike good parts: review from strangeness {n}</source>
        <translation>anders als gute Teile: Nachprüfen ab Fremdheit {n}</translation>
    </message>
    <message>
        <source>unlike good parts: review from strangeness {n}, which {n2} % of good parts reach</source>
        <translation>anders als gute Teile: Nachprüfen ab Fremdheit {n}, die {n2} % der guten Teile erreichen</translation>
    </message>
    <message>
        <source>unlike the good parts</source>
        <translation>anders als die guten Teile</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>unsicher</translation>
    </message>
    <message>
        <source>unsure: P(defective) {n} between {n2} and {n3}</source>
        <translation>unsicher: P(fehlerhaft) {n} zwischen {n2} und {n3}</translation>
    </message>
    <message>
        <source>unsure: between good and defective</source>
        <translation>unsicher: zwischen in Ordnung und nicht in Ordnung</translation>
    </message>
    <message>
        <source>what is typed is not in force yet</source>
        <translation>was eingegeben ist, gilt noch nicht</translation>
    </message>
    <message>
        <source>what waited for an acknowledgement when the program ended cannot be read: look at the last parts on Review</source>
        <translation>was bei Programmende auf Quittierung wartete, ist nicht lesbar: die letzten Teile in „Nachprüfung“ ansehen</translation>
    </message>
    <message>
        <source>whole, as it was scanned; or the trigger's id</source>
        <translation>vollständig, wie gescannt; oder die Kennung des Triggers</translation>
    </message>
    <message>
        <source>with the program's end this is forgotten: {s}</source>
        <translation>mit dem Programmende ist dies vergessen: {s}</translation>
    </message>
    <message>
        <source>yield {n} %, below {n2} %: {n3} of the last {n4} part passed, at {t}</source>
        <translation>Ausbeute {n} %, unter {n2} %: {n3} des letzten {n4} Teils in Ordnung, um {t}</translation>
    </message>
    <message>
        <source>yield {n} %, below {n2} %: {n3} of the last {n4} parts passed, at {d} {t}</source>
        <translation>Ausbeute {n} %, unter {n2} %: {n3} der letzten {n4} Teile in Ordnung, am {d} {t}</translation>
    </message>
    <message>
        <source>yield {n} %, below {n2} %: {n3} of the last {n4} parts passed, at {t}</source>
        <translation>Ausbeute {n} %, unter {n2} %: {n3} der letzten {n4} Teile in Ordnung, um {t}</translation>
    </message>
    <message>
        <source>{d}</source>
        <translation>{d}</translation>
    </message>
    <message>
        <source>{d} {t}</source>
        <translation>{d} {t}</translation>
    </message>
    <message>
        <source>{d} {t}, no. {n}</source>
        <translation>{d} {t}, Nr. {n}</translation>
    </message>
    <message>
        <source>{n}</source>
        <translation>{n}</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
    <message>
        <source>{n} % in the last minute with parts</source>
        <translation>{n} % in der letzten Minute mit Teilen</translation>
    </message>
    <message>
        <source>{n} PARTS/MIN</source>
        <translation>{n} TEILE/MIN</translation>
    </message>
    <message>
        <source>{n} different codes were read: {t}</source>
        <translation>{n} verschiedene Codes gelesen: {t}</translation>
    </message>
    <message>
        <source>{n} further part did not pass since</source>
        <translation>{n} weiteres Teil seither nicht in Ordnung</translation>
    </message>
    <message>
        <source>{n} further parts did not pass since</source>
        <translation>{n} weitere Teile seither nicht in Ordnung</translation>
    </message>
    <message>
        <source>{n} ms, p99 {n2} ms</source>
        <translation>{n} ms, p99 {n2} ms</translation>
    </message>
    <message>
        <source>{n} of the last {n2} pictures were skipped</source>
        <translation>{n} der letzten {n2} Bilder wurden übersprungen</translation>
    </message>
    <message>
        <source>{n} of {n2} parts done</source>
        <translation>{n} von {n2} Teilen erledigt</translation>
    </message>
    <message>
        <source>{n} part in a row did not pass, since {d} {t}</source>
        <translation>{n} Teil in Folge nicht in Ordnung, seit {d} {t}</translation>
    </message>
    <message>
        <source>{n} part in a row did not pass, since {t}</source>
        <translation>{n} Teil in Folge nicht in Ordnung, seit {t}</translation>
    </message>
    <message>
        <source>{n} part(s) could not be inspected and recorded before the line stopped</source>
        <translation>{n} Teil(e) konnten vor dem Anhalten der Linie nicht geprüft und aufgezeichnet werden</translation>
    </message>
    <message>
        <source>{n} parts in a row did not pass, since {d} {t}</source>
        <translation>{n} Teile in Folge nicht in Ordnung, seit {d} {t}</translation>
    </message>
    <message>
        <source>{n} parts in a row did not pass, since {t}</source>
        <translation>{n} Teile in Folge nicht in Ordnung, seit {t}</translation>
    </message>
    <message>
        <source>{n} parts wait for inspection already</source>
        <translation>{n} Teile warten bereits auf die Prüfung</translation>
    </message>
    <message>
        <source>{n} parts, the newest first</source>
        <translation>{n} Teile, die neuesten zuerst</translation>
    </message>
    <message>
        <source>{n} pictures are selected: Good and Defective are said of all of them</source>
        <translation>{n} Bilder sind gewählt: „Gut“ und „Fehlerhaft“ gelten für alle</translation>
    </message>
    <message>
        <source>{n} s are allowed</source>
        <translation>erlaubt sind {n} s</translation>
    </message>
    <message>
        <source>{n} times since the last acknowledgement</source>
        <translation>{n}-mal seit der letzten Quittierung</translation>
    </message>
    <message>
        <source>{n} typed</source>
        <translation>{n} eingegeben</translation>
    </message>
    <message>
        <source>{n}× larger · a double click shows all</source>
        <translation>{n}-fach vergrößert · Doppelklick zeigt alles</translation>
    </message>
    <message>
        <source>{s} (Ctrl+{n})</source>
        <translation>{s} (Strg+{n})</translation>
    </message>
    <message>
        <source>{s} has not answered for {n} s</source>
        <translation>{s} antwortet seit {n} s nicht</translation>
    </message>
    <message>
        <source>{s} has not come back from a picture for {n} s</source>
        <translation>{s} ist seit {n} s mit einem Bild nicht fertig</translation>
    </message>
    <message>
        <source>{s} needs a name</source>
        <translation>{s}: nur mit Namen</translation>
    </message>
    <message>
        <source>{s} needs an administrator</source>
        <translation>{s}: nur für Administratoren</translation>
    </message>
    <message>
        <source>{s} needs an engineer</source>
        <translation>{s}: nur für Techniker</translation>
    </message>
    <message>
        <source>{s} · PART {n} · {t}</source>
        <translation>{s} · TEIL {n} · {t}</translation>
    </message>
    <message>
        <source>{s}, and is not acknowledged</source>
        <translation>{s}, und ist nicht quittiert</translation>
    </message>
    <message>
        <source>{s}, earlier part</source>
        <translation>{s}, früheres Teil</translation>
    </message>
    <message>
        <source>{s}, part {n} ({t}): {s2}</source>
        <translation>{s}, Teil {n} ({t}): {s2}</translation>
    </message>
    <message>
        <source>{s}, part {n}: {s2}</source>
        <translation>{s}, Teil {n}: {s2}</translation>
    </message>
    <message>
        <source>{s}, trial, not counted</source>
        <translation>{s}, Versuch, nicht gezählt</translation>
    </message>
    <message>
        <source>{s}: P(defective) {n} ≥ {n2}</source>
        <translation>{s}: P(fehlerhaft) {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>{t} (cannot be used)</source>
        <translation>{t} (nicht verwendbar)</translation>
    </message>
    <message>
        <source>{t} can be opened but delivers no picture</source>
        <translation>{t} lässt sich öffnen, liefert aber kein Bild</translation>
    </message>
    <message>
        <source>{t} can be opened but sends no picture</source>
        <translation>{t} lässt sich öffnen, sendet aber kein Bild</translation>
    </message>
    <message>
        <source>{t} cannot be opened: {s}</source>
        <translation>{t} kann nicht geöffnet werden: {s}</translation>
    </message>
    <message>
        <source>{t} cannot be shown</source>
        <translation>{t} kann nicht angezeigt werden</translation>
    </message>
    <message>
        <source>{t} does not answer</source>
        <translation>{t} antwortet nicht</translation>
    </message>
    <message>
        <source>{t} does not answer within {n} s</source>
        <translation>{t} antwortet nicht innerhalb von {n} s</translation>
    </message>
    <message>
        <source>{t} has not answered for {n} s</source>
        <translation>{t} antwortet seit {n} s nicht</translation>
    </message>
    <message>
        <source>{t} has sent no picture for {n} s</source>
        <translation>{t} sendet seit {n} s kein Bild</translation>
    </message>
    <message>
        <source>{t} has stopped delivering pictures</source>
        <translation>{t} liefert keine Bilder mehr</translation>
    </message>
    <message>
        <source>{t} is an engineer</source>
        <translation>{t} ist Techniker</translation>
    </message>
    <message>
        <source>{t} is an operator</source>
        <translation>{t} ist Bediener</translation>
    </message>
    <message>
        <source>{t} is locked after {n} or more wrong passwords</source>
        <translation>{t} ist nach {n} oder mehr falschen Passwörtern gesperrt</translation>
    </message>
    <message>
        <source>{t} is signed in as an administrator</source>
        <translation>{t} ist als Administrator angemeldet</translation>
    </message>
    <message>
        <source>{t} is signed in as an engineer</source>
        <translation>{t} ist als Techniker angemeldet</translation>
    </message>
    <message>
        <source>{t} is signed in as an operator</source>
        <translation>{t} ist als Bediener angemeldet</translation>
    </message>
    <message>
        <source>{t} lost</source>
        <translation>{t} verloren</translation>
    </message>
    <message>
        <source>{t} measured here</source>
        <translation>{t} hier gemessen</translation>
    </message>
    <message>
        <source>{t} pictures/s   ·   {n} skipped   ·   {n2} waiting</source>
        <translation>{t} Bilder/s   ·   {n} übersprungen   ·   {n2} warten</translation>
    </message>
    <message>
        <source>{t} pictures/s   ·   {n} skipped   ·   {n2} waiting   ·   {n3} restart</source>
        <translation>{t} Bilder/s   ·   {n} übersprungen   ·   {n2} warten   ·   {n3} Neustart</translation>
    </message>
    <message>
        <source>{t} pictures/s   ·   {n} skipped   ·   {n2} waiting   ·   {n3} restarts</source>
        <translation>{t} Bilder/s   ·   {n} übersprungen   ·   {n2} warten   ·   {n3} Neustarts</translation>
    </message>
    <message>
        <source>{t} was not promoted, so there is no model before</source>
        <translation>{t} wurde nicht übernommen, also gibt es kein Modell davor</translation>
    </message>
    <message>
        <source>{t} was opened again</source>
        <translation>{t} wurde neu geöffnet</translation>
    </message>
    <message>
        <source>{t} · administrator</source>
        <translation>{t} · Administrator</translation>
    </message>
    <message>
        <source>{t} · connecting</source>
        <translation>{t} · verbindet</translation>
    </message>
    <message>
        <source>{t} · ended</source>
        <translation>{t} · zu Ende</translation>
    </message>
    <message>
        <source>{t} · engineer</source>
        <translation>{t} · Techniker</translation>
    </message>
    <message>
        <source>{t} · from {d} {t2} to {d2} {t3}</source>
        <translation>{t} · vom {d} {t2} bis {d2} {t3}</translation>
    </message>
    <message>
        <source>{t} · not judged yet</source>
        <translation>{t} · noch nicht geprüft</translation>
    </message>
    <message>
        <source>{t} · operator</source>
        <translation>{t} · Bediener</translation>
    </message>
    <message>
        <source>{t} · stopped</source>
        <translation>{t} · gestoppt</translation>
    </message>
    <message>
        <source>{t} · watched</source>
        <translation>{t} · überwacht</translation>
    </message>
    <message>
        <source>{t} · {n} fps</source>
        <translation>{t} · {n} Bilder/s</translation>
    </message>
    <message>
        <source>{t} · {n} not taken</source>
        <translation>{t} · {n} nicht übernommen</translation>
    </message>
    <message>
        <source>{t}, version {n}</source>
        <translation>{t}, Version {n}</translation>
    </message>
    <message>
        <source>{t}, version {n}: {t2}, model {t3}</source>
        <translation>{t}, Version {n}: {t2}, Modell {t3}</translation>
    </message>
    <message>
        <source>{t}: PIN or password</source>
        <translation>{t}: PIN oder Passwort</translation>
    </message>
    <message>
        <source>{t}: as set</source>
        <translation>{t}: wie eingestellt</translation>
    </message>
    <message>
        <source>{t}: connected</source>
        <translation>{t}: verbunden</translation>
    </message>
    <message>
        <source>{t}: keys are watched</source>
        <translation>{t}: Tasten werden überwacht</translation>
    </message>
    <message>
        <source>{t}: loaded when the line starts</source>
        <translation>{t}: wird beim Start der Linie geladen</translation>
    </message>
    <message>
        <source>{t}: the only one that is possible here</source>
        <translation>{t}: die einzige, die hier möglich ist</translation>
    </message>
    <message>
        <source>“{t}” is no date or time such as 2026-01-31 or 2026-01-31 14:00</source>
        <translation>„{t}“ ist kein Datum und keine Zeit wie 2026-01-31 oder 2026-01-31 14:00</translation>
    </message>
    <message>
        <source>−60 min</source>
        <translation>−60 min</translation>
    </message>
    <message>
        <source>the lamp has changed: {s}</source>
        <translation>die Beleuchtung hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the lens has changed: {s}</source>
        <translation>das Objektiv hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the fixture has changed: {s}</source>
        <translation>die Werkstückaufnahme hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the process has changed: {s}</source>
        <translation>der Prozess hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the lamp at the view {t} has changed: {s}</source>
        <translation>die Beleuchtung der Ansicht {t} hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the lens at the view {t} has changed: {s}</source>
        <translation>das Objektiv der Ansicht {t} hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the fixture at the view {t} has changed: {s}</source>
        <translation>die Werkstückaufnahme der Ansicht {t} hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>the process at the view {t} has changed: {s}</source>
        <translation>der Prozess der Ansicht {t} hat sich verändert: {s}</translation>
    </message>
    <message>
        <source>while light, sharpness and place are as they were, {s}</source>
        <translation>während Licht, Schärfe und Lage wie zuvor sind, {s}</translation>
    </message>
    <message>
        <source>{s}, since {t}, {n} part</source>
        <translation>{s}, seit {t}, {n} Teil</translation>
    </message>
    <message>
        <source>{s}, since {t}, {n} parts</source>
        <translation>{s}, seit {t}, {n} Teile</translation>
    </message>
    <message>
        <source>{s}, since {d} {t}, {n} part</source>
        <translation>{s}, seit {d} {t}, {n} Teil</translation>
    </message>
    <message>
        <source>{s}, since {d} {t}, {n} parts</source>
        <translation>{s}, seit {d} {t}, {n} Teile</translation>
    </message>
    <message>
        <source>brightness {n} → {n2}, {t} %</source>
        <translation>Helligkeit {n} → {n2}, {t} %</translation>
    </message>
    <message>
        <source>contrast {n} → {n2}, {t} %</source>
        <translation>Kontrast {n} → {n2}, {t} %</translation>
    </message>
    <message>
        <source>sharpness {n} → {n2}, {t} %</source>
        <translation>Schärfe {n} → {n2}, {t} %</translation>
    </message>
    <message>
        <source>noise {n} → {n2}, {t} %</source>
        <translation>Rauschen {n} → {n2}, {t} %</translation>
    </message>
    <message>
        <source>red {n} → {n2}, {t} %</source>
        <translation>Rot {n} → {n2}, {t} %</translation>
    </message>
    <message>
        <source>blue {n} → {n2}, {t} %</source>
        <translation>Blau {n} → {n2}, {t} %</translation>
    </message>
    <message>
        <source>place across {n} → {n2} % of the picture</source>
        <translation>Lage quer {n} → {n2} % des Bildes</translation>
    </message>
    <message>
        <source>place down {n} → {n2} % of the picture</source>
        <translation>Lage längs {n} → {n2} % des Bildes</translation>
    </message>
    <message>
        <source>rotation {n}° → {n2}°</source>
        <translation>Drehlage {n}° → {n2}°</translation>
    </message>
    <message>
        <source>direction of the texture {n}° → {n2}°</source>
        <translation>Richtung der Textur {n}° → {n2}°</translation>
    </message>
    <message>
        <source>strangeness above {t} in {n} % of the parts, {n2} % before</source>
        <translation>Fremdheit über {t} bei {n} % der Teile, zuvor {n2} %</translation>
    </message>
    <message>
        <source>score above {t} in {n} % of the parts, {n2} % before</source>
        <translation>Score über {t} bei {n} % der Teile, zuvor {n2} %</translation>
    </message>
    <message>
        <source>a spot that stays in place, {n} % from the left and {n2} % from the top</source>
        <translation>ein Fleck, der stehen bleibt, {n} % von links und {n2} % von oben</translation>
    </message>
    <message>
        <source>{n} % of the picture is lit otherwise</source>
        <translation>{n} % des Bildes sind anders beleuchtet</translation>
    </message>
</context>
</TS>
