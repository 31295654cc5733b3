/** Versions of a program that use one file in turn. */
@NullMarked
package io.persistentmap.evolution;

import org.jspecify.annotations.NullMarked;
