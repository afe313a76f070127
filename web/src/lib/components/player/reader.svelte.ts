import { m } from '#lib/paraglide/messages.js';
import type { NoteAnchor } from '#lib/state/lesson-notes.svelte.ts';
import type { LessonPlace, PlaceSaver } from '#lib/state/place-saver.ts';
import type { Film } from './film.svelte.ts';
import { blockBoxes, findBlock, findQuote, placeAt, scrollTo } from './place.ts';

/** The bar at the top of a lesson, with a little air. */
const topBar = 72;

interface Chip {
	text?: string;
	action: string;
	act: () => void;
}

/** Follows where somebody is in a lesson, brings them back there, and jumps without losing the place. */
export class Reader {
	body = $state.raw<HTMLElement | undefined>();
	filmBox = $state.raw<HTMLElement | undefined>();
	doBox = $state.raw<HTMLElement | undefined>();
	/** The part one is at. */
	part = $state<'watch' | 'read' | 'do'>('read');
	readToEnd = $state(false);
	chip = $state.raw<Chip | undefined>();
	#places: PlaceSaver;
	#film: Film | undefined;
	#settled = false;
	#frame = 0;

	constructor(places: PlaceSaver, film: Film | undefined) {
		this.#places = places;
		this.#film = film;
		this.part = film ? 'watch' : 'read';
	}

	/** Where eyes are: a third down the window. */
	get #line(): number {
		return topBar + (innerHeight - topBar) * 0.28;
	}

	follow(): () => void {
		const look = () => {
			cancelAnimationFrame(this.#frame);
			this.#frame = requestAnimationFrame(() => this.#look());
		};
		const settle = setTimeout(() => {
			this.#settled = true;
			look();
		}, 600);
		addEventListener('scroll', look, { passive: true });
		addEventListener('resize', look, { passive: true });
		return () => {
			clearTimeout(settle);
			cancelAnimationFrame(this.#frame);
			removeEventListener('scroll', look);
			removeEventListener('resize', look);
		};
	}

	#look(): void {
		const { body } = this;
		if (!body) return;
		const line = this.#line;
		const doTop = this.doBox?.getBoundingClientRect().top ?? Infinity;
		const bodyBox = body.getBoundingClientRect();
		this.part =
			doTop < line + 80 ? 'do'
			: this.#film && bodyBox.top > line ? 'watch'
			: 'read';
		if (bodyBox.bottom < innerHeight) this.readToEnd = true;
		if (!this.#settled) return;
		const place = scrollY < 40 ? undefined : placeAt(blockBoxes(body), line);
		this.#places.move({ block_id: place?.block_id ?? null, block_offset: place?.block_offset ?? null });
	}

	/** The passage at the reading line. */
	here(): NoteAnchor {
		const place = this.body && placeAt(blockBoxes(this.body), this.#line);
		return place ? { block_id: place.block_id } : {};
	}

	/** On opening: to the place the address names, or where one stopped last time. */
	restore(last: LessonPlace | undefined, wanted: { block?: string; second?: number }): void {
		if (!this.body) return;
		if (wanted.second !== undefined && this.#film) {
			this.#film.resumeAt = wanted.second;
			this.#film.second = wanted.second;
		} else if (wanted.block && this.#toBlock(wanted.block)) {
			return;
		} else if (last?.block_id) {
			const by = scrollTo(blockBoxes(this.body), { block_id: last.block_id, block_offset: last.block_offset ?? 0 }, this.#line);
			// A few lines down is no place to be brought to.
			if (by === undefined || scrollY + by < innerHeight * 0.5) return;
			scrollBy({ top: by, behavior: 'instant' });
			this.chip = { text: m.place_resumed(), action: m.place_top(), act: () => this.#moveTo(0) };
		}
	}

	/** To a note's place, leaving a way back. */
	jump(anchor: NoteAnchor): void {
		const from = scrollY;
		const second = this.#film?.second;
		if (anchor.video_seconds !== undefined && this.#film) {
			void this.#film.play(anchor.video_seconds);
			this.#showFilm();
		} else if (anchor.block_id) this.#toBlock(anchor.block_id, anchor.quote);
		const moved = Math.abs(scrollY - from) > innerHeight * 0.5;
		if (!moved) return;
		this.#wayBack(() => {
			if (anchor.video_seconds !== undefined && second !== undefined) this.#film?.seek(second);
			this.#moveTo(from);
		});
	}

	/** The film was dragged far: back to the second before. */
	jumped(from: number): void {
		this.#wayBack(() => this.#film?.seek(from));
	}

	go(part: string): void {
		const box = part === 'watch' ? this.filmBox : part === 'do' ? this.doBox : this.body;
		if (!box) return;
		const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
		scrollTo_(part === 'watch' ? 0 : scrollY + box.getBoundingClientRect().top - topBar - 24, reduced);
	}

	#wayBack(act: () => void): void {
		this.chip = {
			action: m.place_back(),
			act: () => {
				this.chip = undefined;
				act();
			}
		};
	}

	#moveTo(top: number): void {
		this.chip = undefined;
		scrollTo_(top, true);
	}

	#showFilm(): void {
		const box = this.filmBox?.getBoundingClientRect();
		if (box && (box.top < topBar - 8 || box.bottom > innerHeight - 64)) scrollTo_(0, true);
	}

	#toBlock(id: string, quote?: string): boolean {
		const block = this.body && findBlock(this.body, id);
		if (!block) return false;
		const target = (quote && findQuote(block, quote)) || block;
		scrollBy({ top: target.getBoundingClientRect().top - this.#line, behavior: 'instant' });
		if (!matchMedia('(prefers-reduced-motion: reduce)').matches) {
			const soft = getComputedStyle(block).getPropertyValue('--brand-soft');
			block.animate([{ backgroundColor: soft, boxShadow: `0 0 0 8px ${soft}`, borderRadius: '4px' }, {}], { duration: 1400, easing: 'ease-out' });
		}
		return true;
	}
}

function scrollTo_(top: number, instant: boolean): void {
	globalThis.scrollTo({ top, behavior: instant ? 'instant' : 'smooth' });
}
