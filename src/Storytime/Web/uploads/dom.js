/** An element: properties, attributes (where the element has no such property), listeners (`onclick`), children. Text stays text. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in element && name !== 'list')
      element[name] = value;
    else
      element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

let last = 0;

export const newId = prefix => `${prefix}-${++last}`;
