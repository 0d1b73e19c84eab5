"""What every stage passes on: frozen types of the scan document, and the codec. Imports nothing else of ours."""
