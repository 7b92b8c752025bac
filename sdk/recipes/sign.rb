#!/usr/bin/env ruby
# frozen_string_literal: true

# Signs imgseal URLs with Ruby's standard library. Copy sign_image_url; what follows it is its check.

require "json"
require "openssl"

# Path and query of a signed URL, to be put behind the origin.
#
# source: the key of the picture in UTF-8, not encoded; key: "k" of the JWK; expires: unix seconds.
# Raises ArgumentError for what the edge would refuse.
def sign_image_url(preset, source, kid, key, expires: nil, version: nil)
  b64url = ->(octets) { [octets].pack("m0").tr("+/", "-_").delete("=") }
  secret = key.tr("-_", "+/").unpack1("m")
  path = source.b.gsub(%r{[^A-Za-z0-9._~/-]}n) { |octet| format("%%%02X", octet.ord) }
  unless preset.match?(/\A[a-z][a-z0-9-]{0,31}\z/) &&
         source.dup.force_encoding("UTF-8").valid_encoding? &&
         source.bytesize <= 850 &&
         !path.match?(%r{(\A|/)\.{0,2}(/|\z)|%([01][0-9A-F]|7F|5C)}) &&
         kid.match?(/\A[A-Za-z0-9_-]{1,32}\z/) &&
         secret.bytesize >= 32 &&
         (expires.nil? || expires.between?(1, 999_999_999_999)) &&
         (version.nil? || version.match?(/\A[A-Za-z0-9_-]{1,64}\z/))
    raise ArgumentError, "not a preset, source key, key, expiry or version of imgseal"
  end

  claims = [expires && "exp=#{expires}", version && "ver=#{version}"].compact
  target = "/#{preset}/#{path}#{"?#{claims.join("&")}" if claims.any?}"
  header = JSON.generate({ alg: "HS256", b64: false, crit: ["b64"], kid: kid })
  signature = OpenSSL::HMAC.digest("SHA256", secret, "#{b64url.(header)}.#{target}")
  "#{target}#{claims.any? ? "&" : "?"}kid=#{kid}&sig=#{b64url.(signature)}"
end

def check(file)
  passed = 0
  File.foreach(file, chomp: true) do |line|
    columns = line.split("\t").map { |column| column == "." ? nil : column }
    name, kid, key, preset, source, expires, version, expected = columns
    begin
      text = [source || ""].pack("H*").force_encoding("UTF-8")
      received = sign_image_url(preset, text, kid, key, expires: expires&.to_i, version: version)
    rescue ArgumentError
      received = "refused"
    end
    abort "#{name}\nexpected #{expected}\nreceived #{received}" if received != expected
    passed += 1
  end
  puts "pass #{passed}"
end

check(ARGV.fetch(0)) if $PROGRAM_NAME == __FILE__
