import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import Avatar from './Avatar.svelte';
import Button from './Button.svelte';
import Checkbox from './Checkbox.svelte';
import CoverArt from './CoverArt.svelte';
import DayTrail from './DayTrail.svelte';
import PasswordField from './PasswordField.svelte';
import ProgressBar from './ProgressBar.svelte';
import Tabs from './Tabs.svelte';
import TextField from './TextField.svelte';

const words = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

describe('Button', () => {
	it('stays reachable when disabled, says why, and does nothing', async () => {
		const press = vi.fn();
		render(Button, { children: words('Start day 12'), disabled: true, reason: 'Finish day 11 first', onclick: press });
		const button = screen.getByRole('button');
		expect(button.getAttribute('aria-disabled')).toBe('true');
		expect(button.hasAttribute('disabled')).toBe(false);
		expect(document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent).toBe('Finish day 11 first');
		await fireEvent.click(button);
		expect(press).not.toHaveBeenCalled();
	});

	it('does not send a form twice while it waits', async () => {
		const form = document.createElement('form');
		const sent = vi.fn((e: Event) => e.preventDefault());
		form.addEventListener('submit', sent);
		document.body.append(form);
		render(Button, { target: form, props: { children: words('Save'), type: 'submit', loading: true } });
		await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
		expect(sent).not.toHaveBeenCalled();
		form.remove();
	});

	it('is a link when it leads somewhere, and no link when it may not', () => {
		const first = render(Button, { children: words('Open'), href: '/courses' });
		expect(screen.getByRole('link').getAttribute('href')).toBe('/courses');
		first.unmount();
		render(Button, { children: words('Open'), href: '/courses', disabled: true });
		expect(screen.queryByRole('link')).toBeNull();
	});
});

describe('fields', () => {
	it('tie label, error and hint to the input', () => {
		render(TextField, { label: 'Email', error: 'Enter an address.', hint: 'Work address.' });
		const input = screen.getByLabelText('Email');
		expect(input.getAttribute('aria-invalid')).toBe('true');
		const described = (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent?.trim());
		expect(described).toEqual(['Enter an address.', 'Work address.']);
	});

	it('show and hide a password', async () => {
		render(PasswordField, { label: 'Password', autocomplete: 'current-password' });
		const input = screen.getByLabelText('Password');
		expect(input.getAttribute('type')).toBe('password');
		await fireEvent.click(screen.getByRole('button', { name: 'Show password' }));
		expect(input.getAttribute('type')).toBe('text');
	});

	it('tick by their words', async () => {
		render(Checkbox, { label: 'Try it with ten rolls' });
		await fireEvent.click(screen.getByText('Try it with ten rolls'));
		expect((screen.getByRole('checkbox') as HTMLInputElement).checked).toBe(true);
	});
});

describe('Tabs', () => {
	it('move with arrows, Home and End, and only one is in the tab order', async () => {
		const tabs = ['Plan', 'About', 'Notes'].map((label) => ({ value: label.toLowerCase(), label }));
		const panel = createRawSnippet((value: () => string) => ({ render: () => `<p>Panel ${value()}</p>` }));
		render(Tabs, { label: 'Course', tabs, panel });
		const tab = (name: string) => screen.getByRole('tab', { name });
		expect(tab('Plan').getAttribute('aria-selected')).toBe('true');
		await fireEvent.keyDown(tab('Plan'), { key: 'ArrowLeft' });
		expect(tab('Notes').getAttribute('aria-selected')).toBe('true');
		await fireEvent.keyDown(tab('Notes'), { key: 'Home' });
		expect(tab('Plan').tabIndex).toBe(0);
		expect(tab('Notes').tabIndex).toBe(-1);
		expect(document.activeElement).toBe(tab('Plan'));
	});
});

describe('what is only looked at', () => {
	it('names progress', () => {
		render(ProgressBar, { value: 3, max: 14, label: 'Spanish for the ward' });
		const bar = screen.getByRole('progressbar', { name: 'Spanish for the ward' });
		expect(bar.getAttribute('aria-valuenow')).toBe('3');
	});

	it('reads every day of a trail', () => {
		render(DayTrail, {
			label: 'Days',
			days: [
				{ state: 'done', label: 'Day 1, done' },
				{ state: 'today', label: 'Day 2, today' }
			]
		});
		expect(screen.getAllByRole('listitem').map((li) => li.textContent?.trim())).toEqual(['Day 1, done', 'Day 2, today']);
		expect(screen.getByText('Day 2, today').closest('li')?.getAttribute('aria-current')).toBe('step');
	});

	it('draws initials of any script, first and last word', () => {
		const initials = (name: string) => {
			const { container, unmount } = render(Avatar, { id: 'usr_1', name });
			const found = container.querySelector('[data-initials]')?.getAttribute('data-initials');
			unmount();
			return found;
		};
		expect(initials('Maya Okafor')).toBe('MO');
		expect(initials('  ines  de la cruz ')).toBe('IC');
		expect(initials('渡辺')).toBe('渡');
		expect(initials('Léa Ōnishi 🌱')).toBe('LŌ');
		expect(initials('🌱 Leaf')).toBe('L');
		expect(initials('🌱')).toBe('🌱');
		expect(initials('')).toBe('');
	});

	it('falls back to art when an image breaks', async () => {
		const { container } = render(CoverArt, { seed: 'crs_1', image: '/gone.webp' });
		await fireEvent.error(container.querySelector('img')!);
		expect(container.querySelector('svg')).not.toBeNull();
	});
});
