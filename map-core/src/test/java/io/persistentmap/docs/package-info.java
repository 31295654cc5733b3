/** Tests that the pages under {@code docs} are true. They share no code with the library. */
@NullMarked
package io.persistentmap.docs;

import org.jspecify.annotations.NullMarked;
