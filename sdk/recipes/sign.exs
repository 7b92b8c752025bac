# Signs imgseal URLs with Elixir's and Erlang's standard libraries. Copy the module; what follows it is its check.

defmodule Imgseal do
  @doc """
  Path and query of a signed URL, to be put behind the origin.

  `source` is the key of the picture in UTF-8, not encoded; `key` is "k" of the JWK; `expires` is in unix
  seconds. Raises an ArgumentError for what the edge would refuse.
  """
  def sign_image_url(preset, source, kid, key, expires \\ nil, version \\ nil) do
    secret = Base.url_decode64!(key, padding: false)
    path = URI.encode(source, &(URI.char_unreserved?(&1) or &1 == ?/))

    valid? =
      preset =~ ~r/\A[a-z][a-z0-9-]{0,31}\z/ and
        String.valid?(source) and
        byte_size(source) <= 850 and
        not (path =~ ~r"(\A|/)\.{0,2}(/|\z)|%([01][0-9A-F]|7F|5C)") and
        kid =~ ~r/\A[A-Za-z0-9_-]{1,32}\z/ and
        byte_size(secret) >= 32 and
        (expires == nil or expires in 1..999_999_999_999) and
        (version == nil or version =~ ~r/\A[A-Za-z0-9_-]{1,64}\z/)

    unless valid?, do: raise(ArgumentError, "not a preset, source key, key, expiry or version of imgseal")

    claims = Enum.join(if(expires, do: ["exp=#{expires}"], else: []) ++ if(version, do: ["ver=#{version}"], else: []), "&")
    target = "/#{preset}/#{path}" <> if(claims == "", do: "", else: "?#{claims}")
    header = base64url(~s({"alg":"HS256","b64":false,"crit":["b64"],"kid":"#{kid}"}))
    signature = base64url(:crypto.mac(:hmac, :sha256, secret, "#{header}.#{target}"))
    "#{target}#{if claims == "", do: "?", else: "&"}kid=#{kid}&sig=#{signature}"
  end

  defp base64url(octets), do: Base.url_encode64(octets, padding: false)
end

check = fn file ->
  file
  |> File.stream!()
  |> Enum.reduce(0, fn line, passed ->
    [name, kid, key, preset, source, expires, version, expected] =
      line |> String.trim_trailing("\n") |> String.split("\t") |> Enum.map(&if(&1 == ".", do: nil, else: &1))

    received =
      try do
        expires = expires && String.to_integer(expires)
        source = Base.decode16!(source || "", case: :lower)
        Imgseal.sign_image_url(preset, source, kid, key, expires, version)
      rescue
        ArgumentError -> "refused"
      end

    if received != expected do
      IO.puts(:stderr, "#{name}\nexpected #{expected}\nreceived #{received}")
      System.halt(1)
    end

    passed + 1
  end)
end

IO.puts("pass #{check.(hd(System.argv()))}")
