/**
 * The only door to bytes outside the heap and to the operating system.
 *
 * <p>{@link io.persistentmap.platform.Memory} is a range of bytes; {@link
 * io.persistentmap.platform.FileSystem} and {@link io.persistentmap.platform.DataFile} are every
 * system call the store makes, so that a test can count, fail or reorder them. JNA and {@code
 * sun.misc.Unsafe} appear here and nowhere else. Nothing here knows what the bytes mean.
 */
@NullMarked
package io.persistentmap.platform;

import org.jspecify.annotations.NullMarked;
