/**
 * Turns keys and values into bytes and back: {@link io.persistentmap.serializer.Codec} for whatever
 * a map holds, {@link io.persistentmap.serializer.Serializer} for whoever knows better.
 *
 * <p>Here live the encodings, the two byte buffers, the object graphs of Kryo and the rules that
 * say which classes are immutable or have stable bytes. The encodings are part of the file format:
 * a byte that was written once is read by every later version. What may not live here: files,
 * locks, records of the log, and anything that knows a map. Classes are known to a file by number;
 * the numbers come from a {@link io.persistentmap.serializer.ClassTable}, which the engine
 * implements. Kryo stays behind this package: none of its types appears in a public signature and
 * none of its exceptions leaves.
 *
 * <p>The order of goals, wherever two of them collide: no lost or wrong data; simple to read;
 * speed.
 */
@NullMarked
package io.persistentmap.serializer;

import org.jspecify.annotations.NullMarked;
