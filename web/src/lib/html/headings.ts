/** Puts the headings of a text that stands deep in a page so many levels lower, six at the lowest. For `showHtml`. */
export const lowered =
	(by: number) =>
	(node: HTMLElement): void => {
		for (const heading of node.querySelectorAll('h2, h3, h4, h5')) {
			const lower = document.createElement(`h${Math.min(6, Number(heading.localName[1]) + by)}`);
			for (const { name, value } of heading.attributes) lower.setAttribute(name, value);
			lower.append(...heading.childNodes);
			heading.replaceWith(lower);
		}
	};
