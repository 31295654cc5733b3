/**
 * The map that survives: {@link io.persistentmap.PersistentMap}, its options, and what can go
 * wrong.
 *
 * <p>This package holds the {@code Map} contract, the options, the plain results ({@link
 * io.persistentmap.Checkpoint}, {@link io.persistentmap.Recovery}, {@link io.persistentmap.Stats})
 * and the exceptions. It knows no file layout and no system call. The exceptions and results are
 * the vocabulary of the whole module, so the packages below use them; apart from that, dependencies
 * point one way: API, engine ({@code store}, {@code checkpoint}, {@code index}, {@code log}),
 * {@code format}, {@code platform}.
 *
 * <p>The order of goals, wherever two of them collide: no lost or wrong data; simple to read; the
 * {@code Map} contract to the letter; speed.
 */
@NullMarked
package io.persistentmap;

import org.jspecify.annotations.NullMarked;
