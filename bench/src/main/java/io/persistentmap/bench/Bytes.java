package io.persistentmap.bench;

import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.ClassTable;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Users as the bytes that the map itself would write, for maps of bytes. One thread. */
final class Bytes {
  private final Codec codec =
      new Codec(new ClassesInMemory(), CodecOptions.of(User.class.getClassLoader(), User.class));
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
    private final List<String> descriptions = new CopyOnWriteArrayList<>();

    @Override
    public synchronized int numberOf(String description) {
      if (!descriptions.contains(description)) {
        descriptions.add(description);
      }
      return descriptions.indexOf(description) + 1;
    }

    @Override
    public String descriptionOf(int number) {
      return descriptions.get(number - 1);
    }

    @Override
    public int size() {
      return descriptions.size();
    }
  }
}
