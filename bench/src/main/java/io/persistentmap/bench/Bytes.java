package io.persistentmap.bench;

import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.ClassTable;
import io.persistentmap.serializer.Codec;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Users as the bytes that the map itself would write, for maps of bytes. One thread. */
final class Bytes {
  private final Codec codec = new Codec(new ClassesInMemory(), User.class.getClassLoader());
  private final ByteWriter writer = new ByteWriter(512);
  private final ByteReader reader = new ByteReader(new byte[0], 0, 0);

  byte[] of(User user) {
    writer.reset();
    codec.write(user, writer);
    return Arrays.copyOf(writer.array(), writer.position());
  }

  User user(byte[] bytes) {
    reader.reset(bytes, 0, bytes.length);
    return (User) codec.read(reader);
  }

  private static final class ClassesInMemory implements ClassTable {
    private final List<Class<?>> classes = new CopyOnWriteArrayList<>();

    @Override
    public synchronized int idOf(Class<?> type) {
      if (!classes.contains(type)) {
        classes.add(type);
      }
      return classes.indexOf(type) + 1;
    }

    @Override
    public Class<?> classOf(int id) {
      return classes.get(id - 1);
    }
  }
}
