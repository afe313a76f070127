import type { Attachment } from 'svelte/attachments';

const wait = 500;
let bubble: HTMLDivElement | undefined;
let serving: Element | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function element(): HTMLDivElement {
	if (!bubble) {
		bubble = document.createElement('div');
		bubble.className = 'tooltip';
		// The label is on the control already; the bubble only shows it.
		bubble.setAttribute('aria-hidden', 'true');
		bubble.hidden = true;
	}
	return bubble;
}

function place(target: Element): void {
	const tip = element();
	// Inside an open dialog's layer when there is one, so that the bubble is above it.
	(target.closest('[role="dialog"]')?.parentElement ?? document.body).append(tip);
	tip.hidden = false;
	const at = target.getBoundingClientRect();
	const size = tip.getBoundingClientRect();
	const below = at.bottom + 8 + size.height < innerHeight;
	const left = Math.min(Math.max(8, at.left + at.width / 2 - size.width / 2), innerWidth - size.width - 8);
	tip.style.left = `${Math.round(left)}px`;
	tip.style.top = `${Math.round(below ? at.bottom + 8 : at.top - size.height - 8)}px`;
}

function hide(): void {
	clearTimeout(timer);
	serving = undefined;
	if (bubble) bubble.hidden = true;
}

/** Shows `text` after half a second of hovering, at once on keyboard focus; Escape hides it. */
export function tooltip(text: string | undefined): Attachment<HTMLElement> {
	return (node) => {
		if (!text) return;
		const show = (delay: number) => {
			clearTimeout(timer);
			timer = setTimeout(() => {
				serving = node;
				element().textContent = text;
				place(node);
			}, delay);
		};
		const enter = (e: PointerEvent) => {
			if (e.pointerType !== 'touch') show(wait);
		};
		const focus = () => {
			if (node.matches(':focus-visible')) show(0);
		};
		const key = (e: KeyboardEvent) => {
			if (e.key === 'Escape') hide();
		};
		node.addEventListener('pointerenter', enter);
		node.addEventListener('pointerleave', hide);
		node.addEventListener('pointerdown', hide);
		node.addEventListener('focus', focus);
		node.addEventListener('blur', hide);
		node.addEventListener('keydown', key);
		return () => {
			if (serving === node) hide();
			node.removeEventListener('pointerenter', enter);
			node.removeEventListener('pointerleave', hide);
			node.removeEventListener('pointerdown', hide);
			node.removeEventListener('focus', focus);
			node.removeEventListener('blur', hide);
			node.removeEventListener('keydown', key);
		};
	};
}
