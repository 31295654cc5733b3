/** What tests need besides JUnit: real file systems, and seeds that can be used again. */
@NullMarked
package io.persistentmap.testing;

import org.jspecify.annotations.NullMarked;
