/** Undo steps that are collected during a set-up, and run once in reverse order. */
export class Disposables implements Disposable {
  #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  [Symbol.dispose](): void {
    const steps = this.#steps;
    this.#steps = [];
    for (const step of steps.reverse()) step();
  }
}
