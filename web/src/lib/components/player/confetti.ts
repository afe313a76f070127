/** Sixty pieces, once, from the bottom; nothing for those who asked for less motion. */
export async function celebrate(): Promise<void> {
	if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
	const { create } = (await import('canvas-confetti')).default;
	const canvas = document.createElement('canvas');
	canvas.ariaHidden = 'true';
	canvas.popover = 'manual';
	Object.assign(canvas.style, {
		position: 'fixed',
		inset: '0',
		width: '100%',
		height: '100%',
		margin: '0',
		padding: '0',
		border: '0',
		background: 'transparent',
		pointerEvents: 'none'
	});
	document.body.append(canvas);
	// The top layer: above the dialog that celebrates.
	canvas.showPopover();
	const roles = getComputedStyle(document.documentElement);
	const colors = ['--brand', '--brand-mid', '--sun', '--clay', '--sky', '--plum'].map((role) => hex(roles.getPropertyValue(role)));
	const fire = create(canvas, { resize: true, useWorker: false });
	const half = { particleCount: 30, spread: 62, startVelocity: Math.min(62, innerHeight / 15), ticks: 110, gravity: 1.1, scalar: 0.95, colors };
	await Promise.all([
		fire({ ...half, angle: 68, origin: { x: 0.12, y: 1 } }),
		fire({ ...half, angle: 112, origin: { x: 0.88, y: 1 } })
	]);
	canvas.remove();
}

/** A role's colour as the painter of the pieces takes it. */
function hex(color: string): string {
	const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
	if (!probe) return '#3ca97d';
	const shown = document.createElement('i');
	shown.style.color = color;
	document.body.append(shown);
	probe.fillStyle = getComputedStyle(shown).color;
	shown.remove();
	probe.fillRect(0, 0, 1, 1);
	const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data;
	return `#${[r, g, b].map((n) => n.toString(16).padStart(2, '0')).join('')}`;
}
