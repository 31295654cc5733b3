package io.persistentmap.value;

import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.serializer.MonitorWatch;
import io.persistentmap.serializer.SerializationException;
import java.util.ConcurrentModificationException;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the program has changed a value that was read from bytes of an old layout: written
 * now, it would have other bytes than its record, changed or not.
 *
 * <p>So it is written once right after it was read, when nobody else has it yet, and again when a
 * checkpoint is made; what is compared are the fingerprints of the two. Both are written for
 * nothing else, with class numbers of this process, so that reading adds nothing to the file, not
 * even the description of a class. Thread-safe.
 */
final class OldLayouts {
  /** The fingerprint of a value that can't be written; no value has it. */
  static final long UNKNOWN = 0;

  private static final int INITIAL_BYTES = 256;

  private final Codec codec;

  OldLayouts(CodecOptions options) {
    this.codec = Codec.forComparing(options);
  }

  /**
   * Returns the fingerprint of a value that was just read. One that can't be written any more has
   * {@link #UNKNOWN}: nobody can tell whether it is changed afterwards, so the checkpoint fails.
   *
   * @throws SerializationException if the thread has not stack enough to tell
   */
  long ofRead(Object value) {
    try {
      return fingerprint(value, null);
    } catch (SerializationException e) {
      if (e.getCause() instanceof StackOverflowError) {
        throw e;
      }
      return UNKNOWN;
    } catch (ConcurrentModificationException e) {
      return UNKNOWN;
    }
  }

  /**
   * Returns the fingerprint of a value.
   *
   * @param watch is told of parts that are read through their own locks, unless it is null
   * @throws SerializationException if it can't be written
   * @throws ConcurrentModificationException if another thread changes it meanwhile
   */
  long fingerprint(Object value, @Nullable MonitorWatch watch) {
    ByteWriter out = new ByteWriter(INITIAL_BYTES);
    codec.write(value, out, watch);
    return Fingerprint.of(out.array(), 0, out.position());
  }
}
