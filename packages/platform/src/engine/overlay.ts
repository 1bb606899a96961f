import type { Entry } from './ground.ts';
import { type World, worldKey } from './world.ts';

/** The objects that a draft has met, by world, kind and id, and in the order in which it met them. */
export class Overlay {
  private readonly worlds = new Map<string, Map<string, Map<string, Entry>>>();
  private readonly order: Entry[] = [];

  get(world: World, object: string, id: string): Entry | undefined {
    return this.worlds.get(worldKey(world))?.get(object)?.get(id);
  }

  /** What takes the place of another keeps that one's place in the order. */
  put(entry: Entry): void {
    const { object, id } = entry.value;
    const kind = this.kind(worldKey(entry.world), object);
    const old = kind.get(id);
    if (old === undefined) this.order.push(entry);
    else this.order[this.order.indexOf(old)] = entry;
    kind.set(id, entry);
  }

  of(world: World, object: string): Iterable<Entry> {
    return this.worlds.get(worldKey(world))?.get(object)?.values() ?? [];
  }

  all(): readonly Entry[] {
    return this.order;
  }

  private kind(world: string, object: string): Map<string, Entry> {
    let kinds = this.worlds.get(world);
    if (kinds === undefined) {
      kinds = new Map();
      this.worlds.set(world, kinds);
    }
    let kind = kinds.get(object);
    if (kind === undefined) {
      kind = new Map();
      kinds.set(object, kind);
    }
    return kind;
  }
}
