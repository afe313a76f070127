/** The command palette: open or not. Its code is loaded at first opening. */
class PaletteState {
	open = $state(false);

	show(): void {
		this.open = true;
	}

	toggle(): void {
		this.open = !this.open;
	}
}

export const palette = new PaletteState();
