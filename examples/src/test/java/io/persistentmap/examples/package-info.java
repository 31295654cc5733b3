/** Tests of the examples: the demo in small, that its checks find damage, and the README's code. */
@NullMarked
package io.persistentmap.examples;

import org.jspecify.annotations.NullMarked;
