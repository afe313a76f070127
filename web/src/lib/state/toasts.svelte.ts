export type ToastTone = 'plain' | 'done' | 'info' | 'trouble';

export interface Toast {
	id: number;
	text: string;
	tone: ToastTone;
	action?: { label: string; run: () => void };
}

const life = 5000;
/** An undo stays longer: it is the only way back. */
const lifeWithAction = 10_000;

/** Short notes at the bottom. Never for an error that needs an answer: those stay where they happened. */
class Toasts {
	list = $state<Toast[]>([]);
	#next = 1;
	#timers = new Map<number, { due: number; left: number; handle: ReturnType<typeof setTimeout> | undefined }>();

	show(text: string, options: { tone?: ToastTone; action?: Toast['action'] } = {}): number {
		const id = this.#next++;
		this.list = [...this.list.slice(-2), { id, text, tone: options.tone ?? 'plain', action: options.action }];
		this.#start(id, options.action ? lifeWithAction : life);
		return id;
	}

	done(text: string, action?: Toast['action']): number {
		return this.show(text, { tone: 'done', action });
	}

	close(id: number): void {
		const timer = this.#timers.get(id);
		if (timer?.handle) clearTimeout(timer.handle);
		this.#timers.delete(id);
		this.list = this.list.filter((t) => t.id !== id);
	}

	/** While the pointer or focus rests on the toasts their time stands still. */
	pause(): void {
		for (const t of this.#timers.values()) {
			if (!t.handle) continue;
			clearTimeout(t.handle);
			t.handle = undefined;
			t.left = Math.max(1000, t.due - Date.now());
		}
	}

	resume(): void {
		for (const [id, t] of this.#timers) if (!t.handle) this.#start(id, t.left);
	}

	#start(id: number, ms: number): void {
		this.#timers.set(id, { due: Date.now() + ms, left: ms, handle: setTimeout(() => this.close(id), ms) });
	}
}

export const toasts = new Toasts();
