/**
 * Examples: {@link io.persistentmap.examples.QuickStart}, which is the README's, and {@link
 * io.persistentmap.examples.Demo}, which kills processes that use a map and checks what is left.
 *
 * <p>{@code Bank} and {@code JarIndex} are what an application would write: they use a map as any
 * other. Their trials run them in a child JVM, kill it, and check; a breach of the promise is a
 * {@code Violation}. Nothing here uses more than the public API.
 */
@NullMarked
package io.persistentmap.examples;

import org.jspecify.annotations.NullMarked;
