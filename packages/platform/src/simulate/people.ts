import type { Chance } from '../chance.ts';

/** Names for invented customers. */

const FIRST = `Ada Amara Anton Asha Ben Bruno Carla Chen Clara Daniel Dilara Elena Emil Fatima Felix Freya Gabriel Hana Hugo Ida Imani
  Ines Jonas Julia Kaito Karim Lea Leo Lina Luca Maja Marta Mateo Mei Mila Nadia Noah Nora Olga Omar Paul Priya Rafael
  Rosa Samir Sofia Tariq Thea Vera Yuki`.split(/\s+/);
const LAST = `Abbott Almeida Andersson Bauer Becker Bianchi Brandt Castillo Chowdhury Costa Diallo Dubois Eriksen Fischer Fontaine
  Garcia Gruber Haddad Hansen Hoffmann Ito Jansen Kaur Keller Kim Kowalski Lang Lopez Marino Mbeki Meyer Moreau Murphy
  Nakamura Novak Okafor Olsen Patel Petrov Reyes Rossi Schmidt Silva Singh Sato Tanaka Vogel Weber Wright Zhang`.split(/\s+/);
const TRADE = `Books Studio Design Consulting Works Media Foods Travel Labs Press Crafts Partners`.split(/\s+/);

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly company: string | null;
}

/** A person; the number keeps addresses apart. */
export function invent(chance: Chance, number: number): Person {
  const [first, last] = [chance.pick(FIRST), chance.pick(LAST)];
  const company = chance.happens(0.4) ? `${last} ${chance.pick(TRADE)}` : null;
  return { name: company ?? `${first} ${last}`, email: `${first}.${last}.${number}@example.com`.toLowerCase(), company };
}
